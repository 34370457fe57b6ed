package org.ferry.testing.elder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.model.Event;
import org.ferry.source.Problem;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.store.staging.PgStaging;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dump of the second old server, read by Ferry and compared with what was done to it. */
class SecondDumpSourceIT {
  private static ElderFacts facts;
  private static SynapseDump dump;
  private static Connection connection;
  private static final List<Event> events = new ArrayList<>();

  @BeforeAll
  static void load() throws Exception {
    SecondDump second = SecondDump.shared();
    facts = second.facts();
    connection = TestPostgres.freshDatabase().connect();
    dump =
        SynapseDump.load(
            second.sql().toString(),
            InputStream.nullInputStream(),
            PgStaging.on(connection),
            LoadProgress.NONE);
    events.addAll(all(dump.events()));
  }

  @AfterAll
  static void close() throws Exception {
    dump.close();
    connection.close();
  }

  private static <T> List<T> all(Stream<T> stream) {
    try (stream) {
      return stream.toList();
    }
  }

  @Test
  void namesTheServerWithItsPort() {
    assertThat(dump.info().server()).isEqualTo(facts.server());
  }

  /** All of the live database's count but the one row whose JSON was cut off. */
  @Test
  void holdsWhatTheServerHadAccepted() {
    Map<String, Map<String, Integer>> read = new TreeMap<>();
    for (Event event : events) {
      read.computeIfAbsent(event.room().value(), r -> new TreeMap<>())
          .merge(event.type(), 1, Integer::sum);
    }
    read.computeIfAbsent(facts.room("workshop"), r -> new TreeMap<>())
        .merge("m.room.message", 1, Integer::sum);
    assertThat(read).isEqualTo(facts.accepted());
  }

  @Test
  void leavesOutWhatWasNeverAccepted() {
    Set<String> ids = events.stream().map(e -> e.id().value()).collect(Collectors.toSet());
    assertThat(ids)
        .doesNotContain(
            facts.event("crafted.outlier"),
            facts.event("crafted.rejected"),
            facts.event("crafted.softFailed"))
        .contains(facts.event("crafted.historical"), facts.event("workshop.surrogate"));
  }

  @Test
  void namesTheOneBrokenRow() {
    assertThat(dump.problems())
        .extracting(Problem::toString)
        .anyMatch(problem -> problem.contains(facts.event("crafted.broken")));
  }

  @Test
  void holdsNothingOfRedactedContent() {
    Set<String> allowed = new TreeSet<>();
    // These are other events, which nobody redacted; what quotes is the rewriter's to mend.
    allowed.add(facts.event("workshop.goneEdit"));
    allowed.add(facts.event("workshop.goneReply"));
    assertThat(events)
        .filteredOn(e -> e.toString().contains("CANARY") && !allowed.contains(e.id().value()))
        .extracting(Event::id)
        .isEmpty();
  }
}
