package org.ferry.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Receipt;
import org.ferry.model.Room;
import org.ferry.source.Problem;
import org.ferry.source.RoomTally;
import org.ferry.source.Source;
import org.ferry.source.SourceInfo;

/** A source held in memory, filled by a test. */
final class MadeSource implements Source {
  static final RoomId ROOM = new RoomId("!room:old");
  static final UserId ALICE = new UserId("@alice:old");

  final String server;
  final List<Person> people = new ArrayList<>();
  final List<Room> rooms = new ArrayList<>();
  final List<Event> events = new ArrayList<>();
  final List<Alias> aliases = new ArrayList<>();
  final List<MediaFile> media = new ArrayList<>();
  final List<AccountDatum> accountData = new ArrayList<>();
  final List<Receipt> receipts = new ArrayList<>();
  final List<Problem> problems = new ArrayList<>();
  private Runnable betweenEvents = () -> {};

  MadeSource(String server) {
    this.server = server;
  }

  /** One room, one person, a create event and some messages {@code $m1} … in it. */
  static MadeSource withMessages(String server, int messages) {
    MadeSource source = new MadeSource(server);
    source.people.add(person(ALICE, "Alice"));
    source.rooms.add(new Room(ROOM, "10", ALICE, true));
    source.events.add(state("$create", ROOM, "m.room.create", "", 1, "{}"));
    for (int i = 1; i <= messages; i++) {
      source.events.add(message("$m" + i, ROOM, i + 1, "{\"body\":\"" + i + "\"}"));
    }
    return source;
  }

  MadeSource betweenEvents(Runnable action) {
    betweenEvents = action;
    return this;
  }

  static Person person(UserId id, String name) {
    return new Person(id, name, null, false, false, false, false, 1_000);
  }

  static Event message(String id, RoomId room, long place, String content) {
    return new Event(
        new EventId(id),
        room,
        ALICE,
        "m.room.message",
        null,
        1_600_000_000_000L + place,
        place,
        place,
        content,
        null,
        null,
        false);
  }

  static Event state(String id, RoomId room, String type, String key, long place, String content) {
    return new Event(
        new EventId(id),
        room,
        ALICE,
        type,
        key,
        1_600_000_000_000L + place,
        place,
        place,
        content,
        null,
        null,
        true);
  }

  static Event redacted(Event event, String by) {
    return new Event(
        event.id(),
        event.room(),
        event.sender(),
        event.type(),
        event.stateKey(),
        event.ts(),
        event.depth(),
        event.stream(),
        "{}",
        null,
        new EventId(by),
        event.current());
  }

  static Event past(Event event) {
    return new Event(
        event.id(),
        event.room(),
        event.sender(),
        event.type(),
        event.stateKey(),
        event.ts(),
        event.depth(),
        event.stream(),
        event.content(),
        event.redacts(),
        event.redactedBy(),
        false);
  }

  @Override
  public SourceInfo info() {
    return new SourceInfo(
        "made", server, "a test", null, Instant.ofEpochSecond(1_600_000_000), "f" + events.size());
  }

  @Override
  public Stream<Person> people() {
    return people.stream();
  }

  @Override
  public Stream<Room> rooms() {
    return rooms.stream();
  }

  @Override
  public Stream<Event> events() {
    return events.stream().peek(e -> betweenEvents.run());
  }

  @Override
  public Stream<Alias> aliases() {
    return aliases.stream();
  }

  @Override
  public Stream<MediaFile> media() {
    return media.stream();
  }

  @Override
  public Stream<AccountDatum> accountData() {
    return accountData.stream();
  }

  @Override
  public Stream<Receipt> receipts() {
    return receipts.stream();
  }

  @Override
  public Stream<RoomTally> tallies() {
    Map<RoomId, List<Event>> byRoom =
        events.stream()
            .collect(Collectors.groupingBy(Event::room, TreeMap::new, Collectors.toList()));
    return byRoom.entrySet().stream().map(e -> tally(e.getKey(), e.getValue()));
  }

  private static RoomTally tally(RoomId room, List<Event> events) {
    String ids =
        events.stream()
            .sorted(Comparator.comparingLong(Event::depth).thenComparingLong(Event::stream))
            .map(e -> e.id().value() + "\n")
            .collect(Collectors.joining());
    Map<String, Long> byType =
        events.stream()
            .collect(Collectors.groupingBy(Event::type, TreeMap::new, Collectors.counting()));
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(ids.getBytes(StandardCharsets.UTF_8));
      return new RoomTally(room, byType, events.size(), HexFormat.of().formatHex(hash));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public List<Problem> problems() {
    return problems;
  }

  @Override
  public void close() {
    // Nothing is open.
  }
}
