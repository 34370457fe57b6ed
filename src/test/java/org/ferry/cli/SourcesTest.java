package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a source on the command line. */
class SourcesTest {
  @TempDir Path folder;
  private Config config;

  @BeforeEach
  void configure() throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        "homeserver: {address: \"http://127.0.0.1:1\", domain: new.example.org}\n");
    config = new ConfigLoader(Map.of(), folder).load(null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uff0d\uff0dyes", "\u2013yes", "\u2014dry-run", "\u2212y"})
  void anOptionWithADashOfAnotherKeyboardIsNoPath(String typed) {
    Sources sources = new Sources();
    sources.source = typed;
    assertThatThrownBy(() -> sources.named(config, folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(typed)
        .hasMessageContaining("hyphen");
  }

  @Test
  void aHyphenAloneIsStandardInput() {
    Sources sources = new Sources();
    sources.source = "-";
    Sources.Named named = sources.named(config, folder);
    assertThat(named).isNotNull().extracting(Sources.Named::path).isNull();
  }
}
