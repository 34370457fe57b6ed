package org.ferry.migrate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Room;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;
import org.ferry.source.SourceInfo;
import org.jspecify.annotations.Nullable;

/** A source's rows in lists, as far as the survey asks for them. */
final class MemorySource implements SourceLedger {
  private final List<Room> rooms = new ArrayList<>();
  private final List<Event> state = new ArrayList<>();
  private final List<Alias> aliases = new ArrayList<>();
  private final List<AccountDatum> data = new ArrayList<>();
  private final List<DirectInvitation> invitations = new ArrayList<>();
  private final Map<RoomId, RoomCounts> counts = new HashMap<>();

  LoadedSource loaded() {
    return new LoadedSource(
        1,
        new SourceInfo("synapse-dump", "old", "old.sql", null, null, "f"),
        1,
        Instant.EPOCH,
        new LoadedSource.Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  }

  void room(String id, String version, @Nullable String creator, boolean listed) {
    UserId who = creator == null ? null : new UserId(creator);
    rooms.add(new Room(new RoomId(id), version, who, listed));
  }

  void state(String room, String sender, String type, String key, String content) {
    int n = state.size() + 1;
    state.add(
        new Event(
            new EventId("$e" + n),
            new RoomId(room),
            new UserId(sender),
            type,
            key,
            1000 + n,
            n,
            n,
            content,
            null,
            null,
            true));
  }

  void member(String room, String user, String membership) {
    state(room, user, "m.room.member", user, "{\"membership\":\"" + membership + "\"}");
  }

  void alias(String alias, String room) {
    aliases.add(new Alias(new RoomAlias(alias), new RoomId(room)));
  }

  void data(String user, String type, String content) {
    data.add(new AccountDatum(new UserId(user), null, type, content));
  }

  void directInvitation(String room, String inviter, String invitee) {
    invitations.add(
        new DirectInvitation(new RoomId(room), new UserId(inviter), new UserId(invitee)));
  }

  void encryptedMessages(String room, long number) {
    RoomId id = new RoomId(room);
    RoomCounts unused = counts.put(id, new RoomCounts(id, number, 0, number, 0, 0, 0));
  }

  @Override
  public Stream<Room> rooms(long source) {
    return rooms.stream();
  }

  @Override
  public Stream<RoomCounts> roomCounts(long source) {
    return counts.values().stream();
  }

  @Override
  public Stream<Event> currentState(long source, Set<String> types) {
    return state.stream().filter(e -> types.contains(e.type()));
  }

  @Override
  public Stream<Alias> aliases(long source) {
    return aliases.stream();
  }

  @Override
  public Stream<AccountDatum> accountData(long source, String type) {
    return data.stream().filter(d -> d.type().equals(type));
  }

  @Override
  public Stream<DirectInvitation> directInvitations(long source) {
    return invitations.stream();
  }

  @Override
  public LoadedSource load(Source source, boolean withContent, Consumer<LoadProgress> progress) {
    throw unasked();
  }

  @Override
  public Optional<LoadedSource> latest() {
    throw unasked();
  }

  @Override
  public Optional<LoadedSource> byServer(String server) {
    throw unasked();
  }

  @Override
  public List<Problem> problems(long source) {
    throw unasked();
  }

  @Override
  public Stream<Person> people(long source) {
    throw unasked();
  }

  @Override
  public Stream<Stranger> strangers(long source) {
    throw unasked();
  }

  @Override
  public List<Event> currentState(long source, RoomId room) {
    throw unasked();
  }

  @Override
  public List<Event> stateBefore(long source, RoomId room, Instant time) {
    throw unasked();
  }

  @Override
  public Map<RoomId, RoomCounts> counts(long source, Selection selection) {
    throw unasked();
  }

  @Override
  public Set<RoomId> roomsOf(long source, Set<UserId> people) {
    throw unasked();
  }

  @Override
  public Optional<Event> event(long source, EventId id) {
    throw unasked();
  }

  @Override
  public Optional<Event> firstEvent(long source, RoomId room) {
    throw unasked();
  }

  @Override
  public Stream<MediaFile> media(long source) {
    throw unasked();
  }

  @Override
  public Optional<MediaFile> media(long source, MxcUri uri) {
    throw unasked();
  }

  @Override
  public Stream<RoomTally> tallies(long source) {
    throw unasked();
  }

  @Override
  public Stream<RoomTally> recount(long source) {
    throw unasked();
  }

  private static AssertionError unasked() {
    return new AssertionError("the survey has no need of this");
  }

  @Override
  public Stream<Event> events(long source, RoomId room) {
    throw unasked();
  }
}
