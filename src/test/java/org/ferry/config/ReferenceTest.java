package org.ferry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made from the code and committed is what the code would make. */
class ReferenceTest {
  @Test
  void theExampleShowsEveryKeyWithItsDefault() throws IOException {
    committed("config.example.yaml", ConfigReference.example());
  }

  @Test
  void theReferencePageShowsEveryKey() throws IOException {
    committed("docs/reference/configuration.md", ConfigReference.markdown());
  }

  @Test
  void theExampleIsAConfigurationOfDefaults() throws IOException {
    String example = Files.readString(Path.of("config.example.yaml"));
    ConfigLoader loader = new ConfigLoader(Map.of(), Path.of(""));
    Config read = loader.load("x", example, Path.of("/etc/ferry"));
    Config least =
        loader.load(
            "x",
            "homeserver: {address: 'http://127.0.0.1:8008', domain: new.example.org}",
            Path.of("/etc/ferry"));
    assertThat(read).isEqualTo(least);
  }

  private static void committed(String file, String made) throws IOException {
    Path path = Path.of(file);
    if (Boolean.getBoolean("ferry.write-reference")) {
      Files.createDirectories(path.toAbsolutePath().getParent());
      Files.writeString(path, made);
    }
    assertThat(path)
        .as("run ./mvnw test -Dferry.write-reference=true and commit what changed")
        .hasContent(made);
  }
}
