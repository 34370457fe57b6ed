package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;

class PathsTest {
  @Test
  void encodesEverythingThatMeansSomethingInAPath() {
    assertThat(Paths.fill("/a/{}/b/{}", "!r/x:h?#%&+ é🦉*~", ""))
        .isEqualTo("/a/%21r%2Fx%3Ah%3F%23%25%26%2B%20%C3%A9%F0%9F%A6%89%2A~/b/");
    assertThat(Paths.fill("/a/{}/b", "..")).isEqualTo("/a/%2E%2E/b");
    assertThat(Paths.fill("/a/{}", "{}")).isEqualTo("/a/%7B%7D");
  }

  @Test
  void valuesAndPlacesMustAgree() {
    assertThatThrownBy(() -> Paths.fill("/a/{}")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Paths.fill("/a", "b")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsFileNamesOfAllSpellings() {
    assertThat(ContentDisposition.fileName(null)).isNull();
    assertThat(ContentDisposition.fileName("inline")).isNull();
    assertThat(ContentDisposition.fileName("inline; filename=a.txt")).isEqualTo("a.txt");
    assertThat(ContentDisposition.fileName("attachment; filename=\"a; b.txt\""))
        .isEqualTo("a; b.txt");
    assertThat(ContentDisposition.fileName("inline; filename=\"x\"; filename*=utf-8''a%20%C3%A9+"))
        .isEqualTo("a é+");
    assertThat(ContentDisposition.fileName("inline; filename*=utf-8''%zz")).isEqualTo("%zz");
  }

  @Test
  void anAddressIsCheckedWhenItIsGiven() {
    Secret token = Secret.of("t");
    for (String bad : new String[] {"ftp://x", "http://x/", "x", "http://x?y=z", "http:///a"}) {
      assertThatThrownBy(() -> HomeserverOptions.of(bad, "x", token))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(HomeserverOptions.of("https://x/prefix", "x", token).requestTimeout())
        .isGreaterThan(Duration.ofMinutes(1));
  }
}
