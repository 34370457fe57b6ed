package org.ferry.migrate.undo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.replay.Hands;
import org.ferry.migrate.replay.Mutes;
import org.ferry.migrate.replay.Txn;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.settings.Present;
import org.ferry.migrate.settings.Taking;

/**
 * Takes back what people found set: of a room with the room, the rest with the last room of the
 * crossing. What a person has changed since stays theirs. Safe for use by many threads.
 */
public final class SettingsBack {
  /** What stays with an account: that Ferry made it, and by what people get in. */
  private static final Set<String> OF_ACCOUNTS = Set.of("account", "email", "msisdn", "sso");

  private final Voyage voyage;
  private final SettingLedger ledger;
  private final Watch watch;
  private final Map<RoomId, List<Setting>> ofRooms;
  private final Taking taking = new Taking(Txn::id);
  private final AtomicLong back = new AtomicLong();
  private final AtomicLong theirs = new AtomicLong();
  private final AtomicLong stays = new AtomicLong();
  private final AtomicLong handed = new AtomicLong();
  private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

  /**
   * What was taken back so far.
   *
   * @param back settings that are what they were before
   * @param theirs settings that their people have changed since, and that were left so
   * @param stays read markers in reused rooms, which no homeserver moves backwards
   * @param handed settings that a crossing into another Space has set as well, and that are its to
   *     take back
   * @param failures a sentence for each setting that could not be taken back
   */
  public record Counts(long back, long theirs, long stays, long handed, List<String> failures) {}

  SettingsBack(Voyage voyage, Watch watch) {
    this.voyage = voyage;
    this.ledger = voyage.ledger().settings();
    this.watch = watch;
    this.ofRooms =
        ledger.all(voyage.id()).stream()
            .filter(s -> room(s).isPresent())
            .collect(
                Collectors.groupingBy(
                    s -> room(s).orElseThrow(), TreeMap::new, Collectors.toList()));
  }

  /** The room of the source that a setting belongs to; its name begins with it. */
  private static Optional<RoomId> room(Setting row) {
    String name =
        row.kind().equals("push_rule") && row.name().startsWith("room/")
            ? row.name().substring("room/".length())
            : row.name();
    boolean known = !OF_ACCOUNTS.contains(row.kind()) && !row.kind().equals("mute");
    return known ? RoomId.parse(name.split(" ", 2)[0]) : Optional.empty();
  }

  /** How many settings are there to be taken back, with the rooms or without any. */
  long open(Set<RoomId> rooms) {
    long some = rooms.stream().mapToLong(r -> open(ofRooms.getOrDefault(r, List.of()))).sum();
    return some + (isLast(rooms) ? open(global()) : 0);
  }

  private static long open(List<Setting> rows) {
    return rows.stream().filter(SettingsBack::isOpen).count();
  }

  private static boolean isOpen(Setting row) {
    return row.before() != null && (row.state() == State.CARRIED || row.state() == State.DOUBT);
  }

  /** The list of direct chats holds rooms of this crossing, which go. */
  private static boolean isOfRooms(Setting row) {
    return room(row).isPresent() || row.name().equals(Links.DIRECT);
  }

  private boolean isLast(Set<RoomId> rooms) {
    try (Stream<CarriedRoom> all = voyage.ledger().rooms(voyage.id())) {
      return all.noneMatch(r -> r.target() != null && !rooms.contains(r.old()));
    }
  }

  private List<Setting> global() {
    return ledger.all(voyage.id()).stream()
        .filter(s -> !OF_ACCOUNTS.contains(s.kind()) && room(s).isEmpty())
        .filter(s -> !List.of("mute", "device").contains(s.kind()))
        .toList();
  }

  /** Takes back what belongs to a room, while its people may still be in it. */
  void ofRoom(Found found) {
    Map<UserId, List<Setting>> byOwner =
        ofRooms.getOrDefault(found.room().old(), List.of()).stream()
            .collect(Collectors.groupingBy(Setting::owner, TreeMap::new, Collectors.toList()));
    byOwner.forEach((owner, rows) -> person(owner, rows, found.made()));
  }

  /** Takes back what belongs to no room, once nothing of the crossing stands any more. */
  void rest() throws InterruptedException {
    new Mutes(voyage, watch).lift();
    if (!isLast(Set.of())) {
      return;
    }
    Map<UserId, List<Setting>> byOwner =
        global().stream()
            .filter(s -> s.state() != State.REMOVED)
            .collect(Collectors.groupingBy(Setting::owner, TreeMap::new, Collectors.toList()));
    watch.phase("settings", byOwner.size());
    new Hands(voyage.homeserver(), watch)
        .each(
            List.copyOf(byOwner.entrySet()),
            person -> {
              person(person.getKey(), person.getValue(), false);
              watch.step(1);
            });
  }

  private void person(UserId owner, List<Setting> rows, boolean roomGoes) {
    Intent intent = voyage.homeserver().as(owner);
    Present present = new Present(intent);
    for (Setting row : rows) {
      try {
        one(intent, present, row, roomGoes);
      } catch (MatrixException e) {
        if (e.isTokenRefused()) {
          throw e;
        }
        failures.add("%s %s of %s: %s".formatted(row.kind(), row.name(), owner, e.getMessage()));
      }
    }
  }

  private void one(Intent owner, Present present, Setting row, boolean roomGoes) {
    if (isOpen(row) && !isOfRooms(row) && ledger.handOver(voyage.id(), row)) {
      handed.incrementAndGet();
      ledger.forget(voyage.id(), row);
      return;
    }
    Taking.Taken taken = taking.back(owner, present, row);
    switch (taken.outcome()) {
      case BACK -> back.incrementAndGet();
      case THEIRS -> theirs.incrementAndGet();
      case STAYS -> stays.addAndGet(roomGoes ? 0 : 1);
      case NOTHING -> {}
    }
    if (taken.there() == null) {
      ledger.forget(voyage.id(), row);
      return;
    }
    // The next migrate takes what stands there now for what it was, and not for a person's change.
    ledger.put(
        voyage.id(),
        new Setting(row.owner(), row.kind(), row.name(), State.REMOVED, taken.there(), null, "{}"));
  }

  /** What was taken back so far. */
  public Counts counts() {
    return new Counts(back.get(), theirs.get(), stays.get(), handed.get(), List.copyOf(failures));
  }
}
