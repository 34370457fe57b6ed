package org.ferry.migrate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.model.WayIn;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;
import org.jspecify.annotations.Nullable;

/**
 * The part of the ledger that holds what was read from sources. A source is known by its server
 * name; a later load of the same server adds what is new and takes over what changed.
 *
 * <p>Streams are read in pages and hold nothing open between them, so they may be read slowly and
 * left in the middle. All methods block and may be called from any virtual thread; a lost
 * connection is waited for, and a {@link LedgerException} ends the wait.
 */
public interface SourceLedger {
  /**
   * Takes a whole source over, in one transaction: after a failure or a kill at any moment the
   * ledger holds what it held before.
   *
   * @param source read once, stream by stream
   * @param withContent also texts of it that were forgotten
   * @param progress told from time to time, never more often than ten times a second
   * @return the source as it now stands
   * @throws LedgerException where it could not be taken over, or another load is under way
   */
  LoadedSource load(Source source, boolean withContent, Consumer<LoadProgress> progress);

  /** The same; what was forgotten stays so. */
  default LoadedSource load(Source source, Consumer<LoadProgress> progress) {
    return load(source, false, progress);
  }

  /** The source loaded most recently, if any was. */
  Optional<LoadedSource> latest();

  /**
   * Finds a source by its server name.
   *
   * @param server such as {@code old.example.org}
   * @return its present state, or empty where it was never loaded
   */
  Optional<LoadedSource> byServer(String server);

  /** What the last load of a source left out and why, in the order of the source. */
  List<Problem> problems(long source);

  /** Everybody with an account on the source, ordered by id. */
  Stream<Person> people(long source);

  /**
   * Everybody who appears in a room as sender or member without an account on the source, ordered
   * by id; the content is that of their newest {@code m.room.member} event, null where none has.
   */
  Stream<Stranger> strangers(long source);

  /**
   * As {@link #strangers(long)}, but only who appears in one of the given rooms: a foreign room of
   * thousands that is not carried should not fill the plan. A ledger that cannot tell gives all.
   *
   * @param source the source's key
   * @param rooms the rooms
   * @return who appears there, ordered by id
   */
  default Stream<Stranger> strangers(long source, Set<RoomId> rooms) {
    return rooms.isEmpty() ? Stream.empty() : strangers(source);
  }

  /** Every room, ordered by id. */
  Stream<Room> rooms(long source);

  /** How much each room holds, ordered by id; rooms without an event are left out. */
  Stream<RoomCounts> roomCounts(long source);

  /** The present state of all rooms, events of the given types only, ordered by room. */
  Stream<Event> currentState(long source, Set<String> types);

  /** The present state of one room, whole. */
  List<Event> currentState(long source, RoomId room);

  /**
   * The state that a room had at some time: of each type and key the last event sent before it, in
   * the room's order.
   *
   * @param source the source's key
   * @param room the room
   * @param time when
   * @return the events
   */
  List<Event> stateBefore(long source, RoomId room, Instant time);

  /** The rooms in which somebody of the given people sent something or was spoken of as member. */
  Set<RoomId> roomsOf(long source, Set<UserId> people);

  /**
   * How much of each room a selection picks.
   *
   * @param source the source's key
   * @param selection which events count
   * @return by room; rooms of which nothing is picked are missing
   */
  Map<RoomId, RoomCounts> counts(long source, Selection selection);

  /** One event, or empty where the source has none of that id. */
  Optional<Event> event(long source, EventId id);

  /** The events of one room, in its order. */
  Stream<Event> events(long source, RoomId room);

  /** A room's first event in its order, or empty. */
  Optional<Event> firstEvent(long source, RoomId room);

  /** Every alias, ordered. */
  Stream<Alias> aliases(long source);

  /** Every file, ordered by address. */
  Stream<MediaFile> media(long source);

  /** One file, or empty where the source knows none of that address. */
  Optional<MediaFile> media(long source, MxcUri uri);

  /** Account data of one type, global and of rooms. */
  Stream<AccountDatum> accountData(long source, String type);

  /** All account data of one person, global and of rooms; a ledger without any gives none. */
  default List<AccountDatum> accountData(long source, UserId owner) {
    return List.of();
  }

  /** How far one person has read each room; a ledger that does not know gives none. */
  default List<Receipt> receipts(long source, UserId reader) {
    return List.of();
  }

  /** By what people got in or were reached, ordered by who; a ledger without any gives none. */
  default Stream<WayIn> waysIn(long source) {
    return Stream.empty();
  }

  /**
   * Every invitation of the past or present whose content said {@code is_direct}. A ledger that
   * keeps no such list gives none; present invitations are then known from the current state.
   */
  default Stream<DirectInvitation> directInvitations(long source) {
    return Stream.empty();
  }

  /** How many events of a source lost their text on purpose; 0 where none did. */
  default long forgotten(long source) {
    return 0;
  }

  /** What the source's own second count says of each room, as of the last load; ordered by id. */
  Stream<RoomTally> tallies(long source);

  /** The same figures, counted from the ledger's own rows. */
  Stream<RoomTally> recount(long source);

  /**
   * Somebody known only from rooms.
   *
   * @param id who
   * @param memberContent content of the newest membership event, null where there is none
   */
  record Stranger(UserId id, @Nullable String memberContent) {}

  /**
   * An invitation to a direct chat.
   *
   * @param room the room
   * @param inviter who invited
   * @param invitee who was invited
   */
  record DirectInvitation(RoomId room, UserId inviter, UserId invitee) {}

  /**
   * How much a room holds.
   *
   * @param room the room
   * @param events all accepted events
   * @param messages {@code m.room.message} that were not redacted
   * @param encrypted {@code m.room.encrypted} that were not redacted
   * @param redacted events of any kind whose content was taken back
   * @param firstTs the oldest timestamp, milliseconds
   * @param lastTs the newest timestamp, milliseconds
   */
  record RoomCounts(
      RoomId room,
      long events,
      long messages,
      long encrypted,
      long redacted,
      long firstTs,
      long lastTs) {
    /** A room of which nothing counts. */
    public static RoomCounts none(RoomId room) {
      return new RoomCounts(room, 0, 0, 0, 0, 0, 0);
    }
  }
}
