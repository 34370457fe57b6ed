package org.ferry.source.recount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.ferry.source.RoomTally;
import org.ferry.source.SecondReading;
import org.ferry.source.SourceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The second way through a dump, held against what is known of dumps without Ferry. */
class DumpReadingTest {
  private static final String EVENTS =
      "COPY public.events (topological_ordering, event_id, \"type\", room_id, depth, outlier,"
          + " stream_ordering, rejection_reason) FROM stdin;\n";
  private static final String DUMP =
      """
      -- PostgreSQL database dump
      COPY public.event_json (event_id, room_id, internal_metadata, json) FROM stdin;
      $soft\t!a:x\t{"soft_failed": true}\t{}
      $first\t!a:x\t{"soft_failed": false}\t{}
      \\.
      %s
      3\t$second\tm.room.message\t!a:x\t3\tf\t7\t\\N
      2\t$first\tm.room.create\t!a:x\t2\tf\t9\t\\N
      3\t$back\\\\slash\tm\\tt\t!a:x\t3\tf\t-4\t\\N
      3\t$second\tm.room.message\t!a:x\t3\tf\t7\t\\N
      4\t$soft\tm.room.message\t!a:x\t4\tf\t10\t\\N
      5\t$out\tm.room.message\t!a:x\t5\tt\t11\t\\N
      6\t$rejected\tm.room.message\t!a:x\t6\tf\t12\t\\N
      7\t$refused\tm.room.message\t!a:x\t7\tf\t13\tauth_error
      \\N\t$other\tm.room.topic\t!b:x\t1\tf\t1\t\\N
      too\tfew
      \\.
      COPY public.rejections (event_id, reason) FROM stdin;
      $rejected\tno
      \\.
      COPY public.users (name, password_hash) FROM stdin;
      @a:old.org\tx
      @b:old.org\tx
      @c:bridge.org\tx
      \\.
      """
          .formatted(EVENTS.stripTrailing());

  @TempDir Path scratch;

  private SecondReading read(String dump) throws IOException {
    return DumpReading.of(
            new ByteArrayInputStream(dump.getBytes(StandardCharsets.UTF_8)),
            "a dump",
            scratch,
            n -> {})
        .orElseThrow();
  }

  @Test
  void countsWhatTheServerHadAccepted() throws Exception {
    try (SecondReading reading = read(DUMP)) {
      List<RoomTally> rooms = reading.tallies().toList();
      assertThat(rooms).hasSize(2);
      assertThat(rooms.get(0).room().value()).isEqualTo("!a:x");
      assertThat(rooms.get(0).byType())
          .isEqualTo(Map.of("m.room.create", 1L, "m\tt", 1L, "m.room.message", 1L));
      assertThat(rooms.get(0).orderedIdsSha256())
          .isEqualTo(sha256("$first\n$back\\slash\n$second\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(rooms.get(1).events()).isEqualTo(1);
      assertThat(reading.server()).isEqualTo("old.org");
      assertThat(reading.fingerprint()).isEqualTo(sha256(DUMP.getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Test
  void namesTheEventsInTheirOrder() throws Exception {
    try (SecondReading reading = read(DUMP)) {
      assertThat(reading.events().orElseThrow().map(e -> e.id().value()))
          .containsExactly("$first", "$back\\slash", "$second", "$other");
    }
  }

  @Test
  void manyEventsAreSortedInFilesThatGoAgain() throws Exception {
    StringBuilder dump = new StringBuilder(EVENTS);
    int count = 250_000;
    for (int i = 0; i < count; i++) {
      int place = (int) (i * 7_919L % count);
      dump.append("%d\t$e%06d\tm\t!r:x\t%d\tf\t1\t\\N\n".formatted(place, place, place));
    }
    dump.append("\\.\n");
    try (SecondReading reading = read(dump.toString())) {
      List<RoomTally> rooms = reading.tallies().toList();
      assertThat(rooms).singleElement().extracting(RoomTally::events).isEqualTo((long) count);
      StringBuilder ids = new StringBuilder();
      for (int i = 0; i < count; i++) {
        ids.append("$e%06d\n".formatted(i));
      }
      assertThat(rooms.get(0).orderedIdsSha256())
          .isEqualTo(sha256(ids.toString().getBytes(StandardCharsets.UTF_8)));
      try (var files = Files.list(scratch)) {
        assertThat(files).hasSize(3);
      }
    }
    try (var files = Files.list(scratch)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void otherFormsAreLeftToAnotherReading() throws IOException {
    for (String other :
        List.of("PGDMP\u0000\u0001", "INSERT INTO public.events VALUES (1);\n", "a letter\n")) {
      assertThat(
              DumpReading.of(
                  new ByteArrayInputStream(other.getBytes(StandardCharsets.UTF_8)),
                  "it",
                  scratch,
                  n -> {}))
          .as(other)
          .isEmpty();
    }
  }

  @Test
  void aTableThatIsCutOffIsNamed() {
    assertThatThrownBy(() -> read(EVENTS + "1\t$a\tm\t!r:x\t1\tf\t1\t\\N\n"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("events");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
