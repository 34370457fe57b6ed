package org.ferry.migrate;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * The part of the ledger that holds what became of each thing on its way from one source into one
 * Space. Every write may be repeated: the same row twice leaves one row.
 *
 * <p>All methods block and may be called from any virtual thread; a lost connection is waited for,
 * and a {@link LedgerException} ends the wait.
 */
public interface CrossingLedger {
  /**
   * Finds or makes the crossing of a source into a Space.
   *
   * @param source the source's key
   * @param domain the destination's server name
   * @param space the destination Space
   * @return the crossing
   */
  Crossing open(long source, String domain, RoomId space);

  /** Every crossing, the one used last first. */
  List<Crossing> all();

  // People.

  /** What became of each person, ordered by their old id. */
  Stream<CarriedPerson> people(long crossing);

  /** Writes a person's row. */
  void person(long crossing, CarriedPerson person);

  /** What became of people's settings. */
  SettingLedger settings();

  // Rooms.

  /** What became of each room, ordered by its old id. */
  Stream<CarriedRoom> rooms(long crossing);

  /** One room's row, or empty where nothing was begun. */
  Optional<CarriedRoom> room(long crossing, RoomId old);

  /** Writes a room's row. */
  void room(long crossing, CarriedRoom room);

  /**
   * Whether a crossing made a user.
   *
   * @param target the user on the destination
   */
  boolean made(UserId target);

  /** Whether a room on the destination was ever seen encrypted. */
  boolean isEncrypted(RoomId target);

  /** A room on the destination is encrypted, from now on for ever. */
  void encrypted(RoomId target);

  // Files and aliases.

  /**
   * Whether a crossing made an alias.
   *
   * @param target the alias on the destination
   */
  boolean made(RoomAlias target);

  /** What became of a file, or empty where nothing was begun. */
  Optional<CarriedMedia> media(long crossing, MxcUri old);

  /** Every file that was begun, ordered by its old address. */
  Stream<CarriedMedia> media(long crossing);

  /** Writes a file's row. */
  void media(long crossing, CarriedMedia media);

  /** Every alias that was made or tried. */
  Stream<CarriedAlias> aliases(long crossing);

  /** Writes an alias's row. */
  void alias(long crossing, CarriedAlias alias);

  // Invitations of members who are at home on a third server.

  /** Every invitation that was tried, ordered by room and person. */
  Stream<Invitation> invitations(long crossing);

  /** Writes an invitation's row. */
  void invitation(long crossing, Invitation invitation);

  // Events.

  /**
   * Takes the next waiting events of a room, in the room's order, and marks them in doubt in the
   * same transaction: the intention is in the ledger before a request leaves.
   *
   * @param crossing the crossing
   * @param room the room on the source
   * @param after only events behind this place; null for the beginning
   * @param limit how many at the most
   * @return the events, fewer than the limit only where no more are waiting
   */
  default List<LedgerEvent> take(long crossing, RoomId room, @Nullable Place after, int limit) {
    return take(crossing, room, after, limit, Selection.ALL);
  }

  /**
   * The same, of some events only; the others wait on.
   *
   * @param crossing the crossing
   * @param room the room on the source
   * @param after only events behind this place; null for the beginning
   * @param limit how many at the most
   * @param which which events
   * @return the events, fewer than the limit only where no more of them are waiting
   */
  List<LedgerEvent> take(
      long crossing, RoomId room, @Nullable Place after, int limit, Selection which);

  /** The events of a room that are in doubt, in the room's order. */
  List<LedgerEvent> doubtful(long crossing, RoomId room);

  /** Makes events in doubt wait again: they were looked for and are not there. */
  void release(long crossing, Collection<Long> events);

  /**
   * Notes what became of events. Writes of several rooms are committed together.
   *
   * @param crossing the crossing
   * @param settled outcomes
   * @return done when committed, on a thread of the ledger's that must not be held up; failed with
   *     a {@link LedgerException}
   */
  CompletableFuture<Void> settle(long crossing, List<Settled> settled);

  /** What became of an event of the source, or empty where the source has none of that id. */
  Optional<EventFate> fate(long crossing, EventId old);

  /** When the outcome of an event was noted; empty where none was, or by an old version. */
  Optional<Instant> notedAt(long crossing, long event);

  /** The event of the source that was carried as the given target event, or empty. */
  Optional<EventId> origin(long crossing, EventId target);

  /** The furthest place of a room whose event was carried, or empty. */
  Optional<Place> furthest(long crossing, RoomId room);

  /** The last carried events of a room in its order, newest first, at most {@code limit}. */
  List<EventFate> lastCarried(long crossing, RoomId room, int limit);

  /** The same before a place, without those that were carried late and stand elsewhere. */
  List<EventFate> lastCarried(long crossing, RoomId room, Place before, int limit);

  /**
   * The first place of a room whose event is in doubt because the homeserver failed on it in an
   * earlier run, and may have taken it all the same; empty where there is none.
   */
  Optional<Place> failedBefore(long crossing, RoomId room);

  /** The events of a room for which a placeholder stands, in the room's order. */
  List<EventFate> placeholders(long crossing, RoomId room);

  /**
   * Makes an event wait again whose placeholder was taken back; remembers where that stood.
   *
   * @param crossing the crossing
   * @param placeholder what became of the event so far
   */
  void reopen(long crossing, EventFate placeholder);

  /** Where the placeholder of an event stood before it was taken back; empty where none did. */
  Optional<EventId> formerPlaceholder(long crossing, EventId old);

  /** How much of what was encrypted in a room was carried. */
  Opened opened(long crossing, RoomId room);

  /**
   * Makes failed events wait again; those on which the homeserver itself failed are in doubt, for
   * it may have taken them.
   *
   * @param crossing the crossing
   * @param rooms only these rooms, null for all
   * @param selection only events that the run will take; the others keep their reasons
   * @return how many
   */
  long retryFailed(long crossing, @Nullable Collection<RoomId> rooms, Selection selection);

  /**
   * Makes events wait again that a rule left out which may hold no longer.
   *
   * @param crossing the crossing
   * @param rooms only these rooms
   * @param reason the rule
   * @return how many
   */
  long retrySkipped(long crossing, Collection<RoomId> rooms, String reason);

  /**
   * Makes events wait again that were left out for a reason that no longer holds.
   *
   * @param crossing the crossing
   * @param reasons why they were left out; relations to such events count as well
   * @return how many
   */
  long reconsider(long crossing, Collection<String> reasons);

  /**
   * How many messages stand on the destination: text, pictures, files and the like as they were
   * said, without what was taken back.
   *
   * @return by the room on the source; rooms without any are missing
   */
  Map<RoomId, Long> messages(long crossing);

  /**
   * How far what a selection picks is.
   *
   * @param crossing the crossing
   * @param selection which events
   * @return by the room on the source; rooms of which nothing is picked are missing
   */
  Map<RoomId, Picked> picked(long crossing, Selection selection);

  /**
   * How much of what a selection picks has no outcome yet, or has failed and is tried again.
   *
   * @param crossing the crossing
   * @param rooms only in these rooms; the events of others are not read
   * @param selection which events
   * @return by the room on the source; rooms of which nothing is left are missing
   */
  Map<RoomId, SourceLedger.RoomCounts> remaining(
      long crossing, Collection<RoomId> rooms, Selection selection);

  /** How far each room is, ordered by old id; rooms of the source without events are left out. */
  Stream<RoomProgress> progress(long crossing);

  /** Every event of a room with its fate, in the room's order. */
  Stream<EventFate> fates(long crossing, RoomId room);

  /** Events in a state, over all rooms, ordered by room and place. */
  Stream<EventFate> inState(long crossing, EventState state, int limit);

  /**
   * What has failed of events, without what they say, ordered by room and place.
   *
   * @param crossing the crossing
   * @param rooms only in these rooms of the source; empty for all
   * @param limit at most so many
   */
  Stream<Standing.Failure> failedEvents(long crossing, Collection<String> rooms, int limit);

  /**
   * How many events are in a state for which reason.
   *
   * @param crossing the crossing
   * @param state skipped, merged or failed
   * @return counts by reason, the most frequent first, at most a hundred
   */
  Map<String, Long> reasons(long crossing, EventState state);

  // The run.

  /**
   * Claims the right to write to a destination, for this process alone, until closed.
   *
   * @param command what the process does, such as {@code migrate}
   * @return the claim
   * @throws AlreadyRunning where another process holds it; says its pid, host and start
   */
  Claim claim(String command);

  /** Who holds the right to write at the moment; empty where nobody does. */
  Optional<Worker> atWork();

  /** Keeps a small document under a name, such as the rate of the present run. */
  void note(long crossing, String name, String json);

  /** A document kept before, or empty. */
  Optional<String> note(long crossing, String name);

  /** The part that takes a crossing back. */
  UndoLedger undo();

  /**
   * A process that holds the right to write.
   *
   * @param command what it does, such as {@code migrate}
   * @param host where
   * @param pid its process id there
   * @param since when it began
   */
  record Worker(String command, String host, long pid, Instant since) {}

  /** The sole right to write; closing it gives it back. */
  interface Claim extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * One source on its way into one Space.
   *
   * @param id its key in the ledger
   * @param source the source's key
   * @param server the source's server name
   * @param domain the destination's server name
   * @param space the destination Space
   */
  record Crossing(long id, long source, String server, String domain, RoomId space) {}

  /**
   * A person's row.
   *
   * @param old the id on the source
   * @param target the id on the destination
   * @param state {@code planned}, {@code ready} (registered, profile set), {@code failed}, or
   *     {@code mapped}: an account of their own, which Ferry neither made nor changes
   * @param device the replay device, null where none was made yet
   * @param profile what was set as profile: a hash, to see changes; null where nothing was
   * @param reason why it failed, else null
   */
  record CarriedPerson(
      UserId old,
      UserId target,
      String state,
      @Nullable String device,
      @Nullable String profile,
      @Nullable String reason) {
    /** Somebody who has an account of their own, and always had. */
    public static CarriedPerson mapped(UserId old, UserId target) {
      return new CarriedPerson(old, target, "mapped", null, null, null);
    }

    /** True where the account was there before Ferry. */
    public boolean isMapped() {
      return state.equals("mapped");
    }

    /** True for whom Ferry gave a name or a device as its own: nobody else acts as them. */
    public boolean isGhost() {
      return profile != null || device != null;
    }

    /** True where nothing is missing for acting as them. */
    public boolean isReady() {
      return state.equals("ready") || isMapped();
    }
  }

  /**
   * A room's row.
   *
   * @param old the id on the source
   * @param target the id on the destination, null until known
   * @param state how far it is
   * @param action {@code create}, {@code reuse}, {@code skip} or {@code list}
   * @param actor who made the room and helps in it: the bot, or a ghost in direct chats
   * @param version the target's room version, null until known
   * @param reason why it was skipped, failed, or is done but not in its sub-space; else null
   * @param detail small JSON object of the replayer's own, such as what was finished
   */
  record CarriedRoom(
      RoomId old,
      @Nullable RoomId target,
      RoomState state,
      String action,
      UserId actor,
      @Nullable String version,
      @Nullable String reason,
      String detail) {
    /** The same, made: history may be written into the target. */
    public CarriedRoom opened(RoomId made) {
      return new CarriedRoom(old, made, RoomState.OPEN, action, actor, version, reason, detail);
    }

    /** The same with another detail. */
    public CarriedRoom with(String otherDetail) {
      return new CarriedRoom(old, target, state, action, actor, version, reason, otherDetail);
    }

    /** The same after a look at whether it is done: how far it is, and why it is not. */
    public CarriedRoom settled(RoomState now, @Nullable String why, String other) {
      return new CarriedRoom(old, target, now, action, actor, version, why, other);
    }
  }

  /** How far a room is: nothing done, createRoom in doubt, history under way, done; or not. */
  enum RoomState {
    WAITING,
    CREATING,
    OPEN,
    DONE,
    FAILED,
    SKIPPED
  }

  /**
   * A file's row.
   *
   * @param old its address on the source
   * @param target its address on the destination, null until reserved
   * @param state {@code reserved} (upload in doubt), {@code carried} or {@code failed}
   * @param sha256 of the bytes in hex, null until uploaded
   * @param length bytes, -1 until uploaded
   * @param reason why it failed, else null
   */
  record CarriedMedia(
      MxcUri old,
      @Nullable MxcUri target,
      String state,
      @Nullable String sha256,
      long length,
      @Nullable String reason) {}

  /**
   * An alias's row.
   *
   * @param old on the source
   * @param target on the destination
   * @param room the room on the source
   * @param state {@code carried}, {@code skipped} or {@code failed}; {@link #MAKING} while Ferry
   *     makes it, or, with a reason, where nobody knows whether it was made; {@link #FOUND} where
   *     somebody else had made it
   * @param reason why not carried, else null
   */
  record CarriedAlias(
      RoomAlias old, RoomAlias target, RoomId room, String state, @Nullable String reason) {
    /** Of an alias that Ferry was about to make: if it is there, it is Ferry's. */
    public static final String MAKING = "making";

    /** Of an alias that led to a reused room before: it stays where it is. */
    public static final String FOUND = "found";

    /** Whether it leads to its room, by whomever it was made. */
    public boolean leads() {
      return state.equals("carried") || state.equals(FOUND);
    }

    /** Whether it could not be made, or nobody knows whether it was. */
    public boolean isFailed() {
      return state.equals("failed") || (state.equals(MAKING) && reason != null);
    }

    /** Whether Ferry made it, or may have. */
    public boolean ours() {
      return state.equals("carried") || state.equals(MAKING);
    }
  }

  /**
   * An invitation's row.
   *
   * @param room the room on the source
   * @param invitee who is invited, under their own id
   * @param state {@code sent} or {@code failed}
   * @param reason why it failed, else null
   */
  record Invitation(RoomId room, UserId invitee, String state, @Nullable String reason) {}

  /**
   * What was carried of a room's encrypted events.
   *
   * @param inClear events that were opened
   * @param placeholders events for which a placeholder stands
   */
  record Opened(long inClear, long placeholders) {}

  /**
   * How far a room's events are.
   *
   * @param room the room on the source
   * @param total all accepted events
   * @param waiting without an outcome yet
   * @param doubt intended, outcome not known
   * @param carried sent
   * @param merged the same as an event that was sent
   * @param skipped left out by rule
   * @param failed could not be carried
   * @param late carried after events that follow them
   */
  record RoomProgress(
      RoomId room,
      long total,
      long waiting,
      long doubt,
      long carried,
      long merged,
      long skipped,
      long failed,
      long late) {}

  /**
   * How far what a selection picks of a room is.
   *
   * @param events how many events it picks
   * @param waiting of these, events without an outcome, or whose outcome is not known
   */
  record Picked(long events, long waiting) {}
}
