package org.ferry.checkup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.ferry.config.ConfigLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemediesTest {
  @TempDir Path folder;

  @Test
  void aTokenThatWillNotDoIsDrawnAnewAndNotWrittenAgain() {
    String yaml = "homeserver: {address: \"http://127.0.0.1:1\", domain: new.example.org}\n";
    Remedies remedies =
        new Remedies(new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder));
    assertThat(remedies.registration("as_token"))
        .contains("ferry reset --tokens", "app_service_config_files")
        .doesNotContain("registration --force");
    assertThat(remedies.registration("rate_limited"))
        .contains("ferry registration --force")
        .doesNotContain("reset");
  }
}
