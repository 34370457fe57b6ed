package org.ferry.store.staging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.model.Event;
import org.ferry.source.RoomTally;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dump of a real Synapse that real clients filled. Its counts were taken with grep. */
class SampleDumpTest {
  private static SynapseDump dump;

  @BeforeAll
  static void load() throws Exception {
    dump =
        SynapseDump.load(
            Path.of("src/main/resources/demo/synapse.sql.gz").toString(),
            InputStream.nullInputStream(),
            PgStaging.on(TestPostgres.freshDatabase().connect()),
            LoadProgress.NONE);
  }

  @AfterAll
  static void close() {
    dump.close();
  }

  @Test
  void saysWhatItIs() {
    assertThat(dump.info().server()).isEqualTo("old.example.org");
    assertThat(dump.info().madeBy()).startsWith("pg_dump 15.18, Synapse schema ");
    assertThat(dump.info().fingerprint()).hasSize(64);
    assertThat(dump.info().latestEvent()).isNotNull();
  }

  @Test
  void holdsEveryEvent() {
    List<Event> events = all(dump.events());
    assertThat(events).hasSize(715);
    Map<String, Long> types =
        events.stream().collect(Collectors.groupingBy(Event::type, Collectors.counting()));
    assertThat(types).containsEntry("m.room.message", 476L).containsEntry("m.room.encrypted", 70L);
    assertThat(events).extracting(Event::id).doesNotHaveDuplicates();
    assertThat(events).filteredOn(Event::current).isNotEmpty().allMatch(Event::isState);
  }

  @Test
  void holdsRoomsAndPeople() {
    assertThat(all(dump.rooms())).hasSize(14).allMatch(r -> r.creator() != null);
    assertThat(all(dump.people()))
        .hasSize(12)
        .allMatch(p -> p.id().server().equals("old.example.org"));
    assertThat(all(dump.people())).filteredOn(p -> p.deactivated()).hasSize(1);
    assertThat(all(dump.people()))
        .filteredOn(p -> p.id().equals(new UserId("@alice:old.example.org")))
        .singleElement()
        .satisfies(p -> assertThat(p.displayName()).isEqualTo("Alice Martin"))
        .satisfies(p -> assertThat(p.createdAt()).isGreaterThan(1_700_000_000_000L));
  }

  @Test
  void nothingOfARedactedEventLeaves() {
    List<Event> redacted = all(dump.events()).stream().filter(e -> e.redactedBy() != null).toList();
    assertThat(redacted).hasSize(2);
    assertThat(redacted).allSatisfy(e -> assertThat(e.content()).isEqualTo("{}"));
  }

  @Test
  void readsTheSmallerTables() {
    assertThat(all(dump.aliases())).hasSize(2);
    assertThat(all(dump.media())).hasSize(8).allMatch(m -> m.path().startsWith("local_content/"));
    assertThat(all(dump.accountData()))
        .extracting(d -> d.type())
        .containsExactlyInAnyOrder("m.direct", "com.example.prefs", "m.fully_read", "m.tag");
    assertThat(all(dump.receipts())).isEmpty();
    assertThat(dump.problems()).isEmpty();
  }

  @Test
  void countsRoomsOnASecondPath() {
    Map<?, Long> first =
        all(dump.events()).stream()
            .collect(Collectors.groupingBy(Event::room, Collectors.counting()));
    Map<?, Long> second =
        all(dump.tallies()).stream().collect(Collectors.toMap(RoomTally::room, RoomTally::events));
    assertThat(second).isEqualTo(first).hasSize(14);
  }

  private static <T> List<T> all(Stream<T> stream) {
    try (stream) {
      return stream.toList();
    }
  }
}
