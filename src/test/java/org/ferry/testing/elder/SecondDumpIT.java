package org.ferry.testing.elder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    Set<String> left = new TreeSet<>(facts.events().values());
    Set<String> tables = new TreeSet<>();
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(dump.sql())), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("COPY ")) {
          tables.add(line.split("[ .]", 4)[2]);
        }
        int tab = line.indexOf('\t');
        if (tab > 0) {
          left.remove(line.substring(0, tab));
        }
      }
    }
    assertThat(left).as("noted events that the dump lacks").isEmpty();
    assertThat(tables)
        .contains("events", "event_json", "push_rules", "user_threepids", "remote_media_cache");
    assertThat(dump.media().resolve("local_content")).isDirectory();
    assertThat(dump.media().resolve("remote_content")).isDirectory();
  }
}
