package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.ferry.testing.DumpTables;
import org.ferry.testing.Purged;
import org.ferry.testing.crossing.Landing;
import org.ferry.testing.crossing.OldServer;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.crossing.Shore;
import org.junit.jupiter.api.Test;

/** A room whose beginning was purged on the old server, carried and read back. */
class MidwayIT {
  private static final Sample SAMPLE = Sample.facts();
  private static final String ROOM = SAMPLE.room("general");

  @Test
  void aRoomThatBeginsInTheMiddleHasItsStateAndItsMembers() throws Exception {
    Shore shore = Shore.shared();
    Landing landing = shore.landing("midway", "midway");
    shore.freeAliases("general", "random");
    DumpTables dump = DumpTables.sample();
    Purged purged = Purged.of(dump, ROOM, Purged.depthOfMessage(dump, ROOM, 10));
    Path file = landing.folder().resolve("purged.sql.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      long unused = dump.open().transferTo(out);
    }
    String said =
        landing.must(0, "migrate", file.toString(), "--media", Sample.MEDIA.toString(), "-y").out();
    assertThat(landing.must(0, "verify").out()).contains("everything is as it was");

    Landing.Mapped mapped = landing.mapped();
    String room = mapped.room(ROOM);
    List<JsonNode> timeline = shore.timeline(room);
    OldServer old = OldServer.read(file);
    List<String> expected =
        old.events(ROOM).stream()
            .filter(e -> e.type().equals("m.room.message") && !e.redacted())
            .map(e -> mapped.event(e.id()))
            .toList();
    assertThat(expected).as(said).hasSizeGreaterThan(4);
    assertThat(
            timeline.stream()
                .filter(e -> e.path("type").asText().equals("m.room.message"))
                .map(e -> e.path("event_id").asText())
                .toList())
        .isEqualTo(expected);
    List<JsonNode> before =
        timeline.stream()
            .filter(e -> e.path("content").path("org.ferry.helper").asBoolean())
            .filter(e ->
                purged
                    .state()
                    .contains(e.path("content").path("org.ferry.origin").path("event_id").asText()))
            .toList();
    assertThat(before).extracting(e -> e.path("type").asText()).contains("m.room.name");
    assertThat(before)
        .allSatisfy(e ->
            assertThat(e.path("origin_server_ts"))
                .isEqualTo(e.path("content").path("org.ferry.origin").path("ts")));
    int lastBefore = timeline.indexOf(before.getLast());
    int firstMessage = indexOf(timeline, expected.getFirst());
    assertThat(lastBefore).isLessThan(firstMessage);
    assertThat(shore.state(room, "m.room.name", "").path("name").asText()).isEqualTo("General");
    assertThat(landing.must(0, "migrate", "-y").out()).doesNotContain("failed");
    assertThat(shore.timeline(room)).hasSameSizeAs(timeline);
  }

  private static int indexOf(List<JsonNode> timeline, String id) {
    for (int i = 0; i < timeline.size(); i++) {
      if (timeline.get(i).path("event_id").asText().equals(id)) {
        return i;
      }
    }
    throw new AssertionError(id + " is not there");
  }
}
