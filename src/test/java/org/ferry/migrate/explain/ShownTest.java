package org.ferry.migrate.explain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShownTest {
  @Test
  void keysOfFilesAreNotShownAndNothingElseChanges() {
    String file =
        "{\"body\":\"b\",\"file\":{\"url\":\"mxc://a/b\",\"key\":{\"kty\":\"oct\",\"k\":\"SECRET\"}},"
            + "\"info\":{\"thumbnail_file\":{\"key\":{\"k\":\"SECRET\"}}}}";
    assertThat(Shown.of(file)).doesNotContain("SECRET").contains("mxc://a/b", "not shown");
    String plain = "{ \"body\" : \"the key\", \"key\": \"k\" }";
    assertThat(Shown.of(plain)).isEqualTo(plain);
    assertThat(Shown.of("no json")).isEqualTo("no json");
  }
}
