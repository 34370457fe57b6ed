package org.ferry.migrate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.jspecify.annotations.Nullable;

/**
 * Where a crossing stands: what is carried, waiting, in doubt, skipped, failed, and why.
 *
 * @param crossing the crossing
 * @param people people by state: ready, failed
 * @param rooms the rooms that were begun, with how far their events are
 * @param events the sums over these rooms
 * @param media files by state: carried, reserved, failed
 * @param skipped events left out by rule, by rule
 * @param settings what people keep for themselves, by kind and state, such as {@code tag carried}
 * @param failed how many of each kind failed
 * @param failures what failed, one sentence each; at most a thousand of each kind, rooms and events
 *     first
 * @param left what was left as it is, with the reason: aliases by rule, rooms that the homeserver
 *     does not take into its public directory, and members of third servers who could not be
 *     invited; at most a thousand of each
 */
public record Standing(
    Crossing crossing,
    Map<String, Long> people,
    List<RoomLine> rooms,
    Sums events,
    Map<String, Long> media,
    Map<String, Long> skipped,
    Map<String, Long> settings,
    Map<String, Long> failed,
    List<Failure> failures,
    List<Failure> left) {
  /** In a room's detail: why the homeserver does not have it in its public directory. */
  public static final String UNLISTED = "unlisted";

  private static final int SHOWN = 1000;

  /**
   * A room's line.
   *
   * @param old its id on the source
   * @param target its id on the destination, null where it does not stand yet
   * @param state how far it is
   * @param reason why it failed or is unfinished, else null
   * @param progress how far its events are
   */
  public record RoomLine(
      RoomId old,
      @Nullable RoomId target,
      RoomState state,
      @Nullable String reason,
      RoomProgress progress) {}

  /**
   * Events by what became of them.
   *
   * @param total all of the rooms that were begun
   * @param waiting without an outcome
   * @param doubt intended, outcome not known
   * @param carried sent
   * @param merged the same as an event that was sent
   * @param skipped left out by rule
   * @param failed could not be carried
   * @param late carried after events that follow them
   */
  public record Sums(
      long total,
      long waiting,
      long doubt,
      long carried,
      long merged,
      long skipped,
      long failed,
      long late) {}

  /**
   * Something that failed.
   *
   * @param kind room, event, person, file, alias, setting, directory or invitation
   * @param what its old id
   * @param where the room on the source, null where it belongs to none
   * @param reason why, with the remedy where there is one
   */
  public record Failure(String kind, String what, @Nullable String where, String reason) {}

  /**
   * Reads where a crossing stands.
   *
   * @param ledger the ledger
   * @param crossing which crossing
   * @return its standing
   */
  public static Standing of(CrossingLedger ledger, Crossing crossing) {
    long id = crossing.id();
    Failures failures = new Failures();
    Failures left = new Failures();
    List<RoomLine> rooms = rooms(ledger, id, failures, left);
    Sums sums = sums(rooms);
    try (Stream<EventFate> failed = ledger.inState(id, EventState.FAILED, SHOWN)) {
      failed.forEach(f ->
          failures.note(
              new Failure(
                  "event",
                  f.event().id().value(),
                  f.event().room().value(),
                  f.reason() == null ? "unknown" : f.reason())));
    }
    failures.total("event", sums.failed());
    Map<String, Long> people = people(ledger, id, failures);
    Map<String, Long> media = media(ledger, id, failures);
    aliases(ledger, id, failures, left);
    invitations(ledger, id, left);
    for (SettingLedger.Setting s : ledger.settings().failed(id, SHOWN)) {
      String why = "%s %s: %s".formatted(s.kind(), s.name(), s.reason());
      failures.note(new Failure("setting", s.owner().value(), null, why));
    }
    Map<String, Long> settings = ledger.settings().counts(id);
    failures.total(
        "setting",
        settings.entrySet().stream()
            .filter(e -> e.getKey().endsWith(" failed"))
            .mapToLong(Map.Entry::getValue)
            .sum());
    return new Standing(
        crossing,
        people,
        rooms,
        sums,
        media,
        ledger.reasons(id, EventState.SKIPPED),
        settings,
        failures.counts,
        failures.kept,
        left.kept);
  }

  /** What failed, with a bound for each kind, and how much it was. */
  private static final class Failures {
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final List<Failure> kept = new ArrayList<>();

    void note(Failure failure) {
      if (counts.merge(failure.kind(), 1L, Long::sum) <= SHOWN) {
        kept.add(failure);
      }
    }

    /** Where not all were read. */
    void total(String kind, long n) {
      if (n > 0) {
        counts.put(kind, n);
      }
    }
  }

  private static Map<String, Long> people(CrossingLedger ledger, long id, Failures failures) {
    Map<String, Long> people = new HashMap<>();
    try (Stream<CarriedPerson> rows = ledger.people(id)) {
      rows.forEach(p -> {
        people.merge(p.isReady() ? "ready" : p.state(), 1L, Long::sum);
        if (p.reason() != null) {
          failures.note(new Failure("person", p.old().value(), null, p.reason()));
        }
      });
    }
    return people;
  }

  private static Map<String, Long> media(CrossingLedger ledger, long id, Failures failures) {
    Map<String, Long> media = new HashMap<>();
    try (Stream<CarriedMedia> rows = ledger.media(id)) {
      rows.forEach(m -> {
        media.merge(m.state(), 1L, Long::sum);
        if (m.reason() != null) {
          failures.note(new Failure("file", m.old().toString(), null, m.reason()));
        }
      });
    }
    return media;
  }

  private static void aliases(CrossingLedger ledger, long id, Failures failures, Failures left) {
    try (Stream<CarriedAlias> rows = ledger.aliases(id)) {
      rows.filter(a -> a.reason() != null && !a.state().equals("carried"))
          .forEach(a ->
              (a.isFailed() ? failures : left)
                  .note(
                      new Failure(
                          "alias", a.old().value(), a.room().value(), String.valueOf(a.reason()))));
    }
  }

  private static void invitations(CrossingLedger ledger, long id, Failures left) {
    try (Stream<CrossingLedger.Invitation> rows = ledger.invitations(id)) {
      rows.filter(i -> i.reason() != null)
          .forEach(i ->
              left.note(
                  new Failure(
                      "invitation",
                      i.invitee().value(),
                      i.room().value(),
                      String.valueOf(i.reason()))));
    }
  }

  private static List<RoomLine> rooms(
      CrossingLedger ledger, long id, Failures failures, Failures left) {
    Map<RoomId, CarriedRoom> rows = new HashMap<>();
    try (Stream<CarriedRoom> begun = ledger.rooms(id)) {
      begun.forEach(r -> rows.put(r.old(), r));
    }
    List<RoomLine> lines = new ArrayList<>();
    try (Stream<RoomProgress> progress = ledger.progress(id)) {
      progress.forEach(p -> {
        CarriedRoom r = rows.get(p.room());
        if (r == null) {
          return;
        }
        lines.add(new RoomLine(r.old(), r.target(), r.state(), r.reason(), p));
        if (r.reason() != null && r.state() != RoomState.SKIPPED) {
          failures.note(new Failure("room", r.old().value(), null, r.reason()));
        }
        unlisted(r)
            .ifPresent(
                why -> left.note(new Failure("directory", r.old().value(), r.old().value(), why)));
      });
    }
    return lines;
  }

  private static Optional<String> unlisted(CarriedRoom room) {
    String why = Json.parseObject(room.detail()).path(UNLISTED).asText("");
    return why.isEmpty() ? Optional.empty() : Optional.of(why);
  }

  private static Sums sums(List<RoomLine> rooms) {
    long[] s = new long[8];
    for (RoomLine room : rooms) {
      RoomProgress p = room.progress();
      long[] more = {
        p.total(),
        p.waiting(),
        p.doubt(),
        p.carried(),
        p.merged(),
        p.skipped(),
        p.failed(),
        p.late()
      };
      for (int i = 0; i < s.length; i++) {
        s[i] += more[i];
      }
    }
    return new Sums(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
  }
}
