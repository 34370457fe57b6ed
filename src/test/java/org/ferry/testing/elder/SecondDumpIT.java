package org.ferry.testing.elder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class SecondDumpIT {
  @Test
  void holdsWhatTheSampleLacks() throws IOException {
    SecondDump dump = SecondDump.shared();
    ElderFacts facts = dump.facts();
    assertThat(facts.rooms())
        .containsKeys("v1", "v8", "v11", "v12", "foreign", "knock", "restricted", "deepspace");
    assertThat(facts.accepted().get(facts.room("workshop")))
        .containsKeys("m.sticker", "m.room.pinned_events", "m.reaction", "org.example.game.move");
    assertThat(missing(dump.sql(), facts)).as("noted events that the dump lacks").isEmpty();
    assertThat(dump.media().resolve("local_content")).isDirectory();
    assertThat(dump.media().resolve("remote_content")).isDirectory();
  }

  @Test
  void theLaterDumpHoldsTheSameAndMore() throws IOException {
    SecondDump dump = SecondDump.shared();
    assertThat(dump.laterFacts().events()).containsAllEntriesOf(dump.facts().events());
    assertThat(missing(dump.laterSql(), dump.laterFacts())).isEmpty();
    assertThat(missing(dump.sql(), dump.laterFacts()))
        .contains(dump.laterFacts().event("later.message"));
  }

  /** The noted events that are in no first column of a dump. */
  private static Set<String> missing(Path dump, ElderFacts facts) throws IOException {
    Set<String> left = new TreeSet<>(facts.events().values());
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(dump)), StandardCharsets.UTF_8))) {
      lines.lines().map(line -> line.split("\t", 2)[0]).forEach(left::remove);
    }
    return left;
  }
}
