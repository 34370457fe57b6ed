package org.ferry.crypto.keys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.HexFormat;
import org.ferry.id.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PickleKeyTest {
  private final PickleKey key = PickleKey.random();

  @Test
  void readsWhatInitWritesAndHexadecimal() {
    byte[] bytes = Base64.getDecoder().decode(key.text().reveal());
    String hex = HexFormat.of().formatHex(bytes);
    String url = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    assertThat(PickleKey.parse(Secret.of(key.text().reveal() + "\n"))).isEqualTo(key);
    assertThat(PickleKey.parse(Secret.of(hex))).isEqualTo(key);
    assertThat(PickleKey.parse(Secret.of(url))).isEqualTo(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", "c2hvcnQ=", "%%%%", "0123", "correct horse battery staple"})
  void refusesWhatIsNoKeyAndDoesNotRepeatIt(String text) {
    assertThatThrownBy(() -> PickleKey.parse(Secret.of(text)))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("32 bytes")
        .hasMessageNotContaining(text);
  }

  @Test
  void keysForDifferentPurposesDiffer() {
    assertThat(key.forPickle("a")).hasSize(32).isNotEqualTo(key.forPickle("b"));
    assertThat(key.forPickle("a")).isEqualTo(PickleKey.of(key.wrapped()).forPickle("a"));
    assertThat(key.id()).isNotEqualTo(PickleKey.random().id());
    assertThat(key).hasToString("[REDACTED]");
  }

  @Test
  void sealsAndOpens() {
    byte[] sealed = key.sealer().seal("a secret", "here");
    assertThat(key.sealer().openText(sealed, "here")).isEqualTo("a secret");
    assertThat(new String(sealed, UTF_8)).doesNotContain("secret");
    assertThat(key.sealer().seal("a secret", "here")).isNotEqualTo(sealed);
  }

  @Test
  void opensNothingThatWasChangedMovedOrSealedByAnother() {
    byte[] sealed = key.sealer().seal("a secret", "here");
    assertThatThrownBy(() -> key.sealer().open(sealed, "there")).isInstanceOf(KeyException.class);
    assertThatThrownBy(() -> PickleKey.random().sealer().open(sealed, "here"))
        .isInstanceOf(KeyException.class);
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> key.sealer().open(changed, "here"))
          .as("byte %d", i)
          .isInstanceOf(KeyException.class);
    }
    assertThatThrownBy(() -> key.sealer().open(new byte[3], "here"))
        .isInstanceOf(KeyException.class);
  }
}
