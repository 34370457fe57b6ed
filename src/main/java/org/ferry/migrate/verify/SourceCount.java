package org.ferry.migrate.verify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.source.RoomTally;
import org.ferry.source.SecondReading;
import org.jspecify.annotations.Nullable;

/** The second count of the source, held against the ledger's own rows. */
public sealed interface SourceCount {
  /** The count that the last load made and the ledger keeps. */
  static SourceCount ofLastLoad() {
    return new LastLoad();
  }

  /** The count that a second reading of a dump has just made. */
  static SourceCount of(SecondReading reading) {
    return new Again(reading);
  }

  /** Compares, and says what was counted. */
  VerifyReport.SecondCount run(Voyage voyage, Findings findings);

  /** The stored count. */
  record LastLoad() implements SourceCount {
    @Override
    public VerifyReport.SecondCount run(Voyage voyage, Findings findings) {
      long source = voyage.source().id();
      Map<RoomId, RoomTally> ledger = new HashMap<>();
      try (Stream<RoomTally> own = voyage.sources().recount(source)) {
        own.forEach(t -> ledger.put(t.room(), t));
      }
      long[] sums = new long[2];
      try (Stream<RoomTally> second = voyage.sources().tallies(source)) {
        second.forEach(t -> {
          sums[0]++;
          sums[1] += t.events();
          RoomTally there = ledger.remove(t.room());
          if (!t.equals(there) && !(voyage.source().load() > 1 && holdsMore(there, t))) {
            findings.add(
                Kind.SOURCE, t.room().value(), t.words(), there == null ? "none" : there.words());
          }
        });
      }
      // What only an earlier dump held is not in the last one's count.
      if (voyage.source().load() == 1) {
        ledger.forEach((room, t) -> findings.add(Kind.SOURCE, room.value(), null, t.words()));
      }
      return new VerifyReport.SecondCount(
          voyage.source().info().label(), false, true, sums[0], sums[1], 0);
    }

    /** An earlier dump held events that the old server has purged since. */
    private static boolean holdsMore(@Nullable RoomTally ledger, RoomTally dump) {
      return ledger != null
          && ledger.events() > dump.events()
          && dump.byType().entrySet().stream()
              .allMatch(e -> ledger.byType().getOrDefault(e.getKey(), 0L) >= e.getValue());
    }
  }

  /** A dump that was read again. */
  record Again(SecondReading reading) implements SourceCount {
    private static final int NAMED = 5;

    @Override
    public VerifyReport.SecondCount run(Voyage voyage, Findings findings) {
      boolean same = reading.fingerprint().equals(voyage.source().info().fingerprint());
      Map<RoomId, RoomTally> ledger = new HashMap<>();
      try (Stream<RoomTally> own = voyage.sources().recount(voyage.source().id())) {
        own.forEach(t -> ledger.put(t.room(), t));
      }
      long[] sums = new long[2];
      Map<RoomId, RoomTally> differing = new LinkedHashMap<>();
      try (Stream<RoomTally> tallies = reading.tallies()) {
        tallies.forEach(t -> {
          sums[0]++;
          sums[1] += t.events();
          if (!t.equals(ledger.remove(t.room()))) {
            differing.put(t.room(), t);
          }
        });
      }
      Map<RoomId, Absent> absent = absent(voyage, differing.keySet());
      differing.forEach((room, tally) -> room(voyage, same, tally, absent.get(room), findings));
      if (same && voyage.source().load() == 1) {
        ledger.forEach((room, t) -> findings.add(Kind.SOURCE, room.value(), null, t.words()));
      }
      long missing = absent.values().stream().mapToLong(a -> a.count).sum();
      return new VerifyReport.SecondCount(reading.label(), true, same, sums[0], sums[1], missing);
    }

    private void room(
        Voyage voyage, boolean same, RoomTally tally, @Nullable Absent absent, Findings findings) {
      if (absent != null && absent.count > 0) {
        findings.add(
            Kind.SOURCE,
            tally.room().value(),
            "%,d events, as %s has".formatted(tally.events(), reading.label()),
            "%,d of them are not in the ledger: %s".formatted(absent.count, absent.words()));
      } else if (same && voyage.source().load() == 1) {
        findings.add(
            Kind.SOURCE,
            tally.room().value(),
            tally.words(),
            "other events, or the same in another order");
      }
    }

    /** Of the rooms whose counts differ, the events that the ledger has not got. */
    private Map<RoomId, Absent> absent(Voyage voyage, Set<RoomId> rooms) {
      Map<RoomId, Absent> absent = new LinkedHashMap<>();
      Optional<Stream<SecondReading.Seen>> events =
          rooms.isEmpty() ? Optional.empty() : reading.events();
      if (events.isPresent()) {
        try (Stream<SecondReading.Seen> all = events.get()) {
          all.filter(e -> rooms.contains(e.room()))
              .filter(e -> voyage.sources().event(voyage.source().id(), e.id()).isEmpty())
              .forEach(e -> absent.computeIfAbsent(e.room(), r -> new Absent()).add(e));
        }
      }
      return absent;
    }

    private static final class Absent {
      private final List<String> named = new ArrayList<>();
      private long count;

      void add(SecondReading.Seen event) {
        count++;
        if (named.size() < NAMED) {
          named.add(event.id() + " (" + event.type() + ")");
        }
      }

      String words() {
        return String.join(", ", named) + (count > NAMED ? ", …" : "");
      }
    }
  }
}
