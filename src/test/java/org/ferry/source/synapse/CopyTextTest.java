package org.ferry.source.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CopyTextTest {
  @ParameterizedTest
  @CsvSource({
    "a\\bb, 610862",
    "\\f\\n\\r\\t\\v, 0c0a0d090b",
    "\\\\, 5c",
    "\\\\n, 5c6e",
    "\\., 2e",
    "\\q, 71",
    "\\101\\60, 4130",
    "\\1012, 4132",
    "\\x41\\x4, 4104",
    "\\x414, 4134",
    "\\xg, 7867",
    "\\8, 38",
    "é, c3a9",
    "end\\, 656e645c",
  })
  void readsEveryEscape(String text, String hex) {
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    ByteSink out = new ByteSink(4);
    CopyText.unescape(b, 0, b.length, out);
    assertThat(Arrays.copyOf(out.bytes(), out.size())).asHexString().isEqualToIgnoringCase(hex);
  }

  @Test
  void readsBackWhatItWrites() {
    Random random = new Random(7);
    for (int round = 0; round < 1000; round++) {
      byte[] any = new byte[random.nextInt(40)];
      random.nextBytes(any);
      for (int i = 0; i < any.length; i++) {
        any[i] = random.nextBoolean() ? any[i] : (byte) "\\\n\t\rN.x0".charAt(random.nextInt(8));
      }
      ByteSink text = new ByteSink(4);
      CopyText.escape(any, 0, any.length, text);
      ByteSink back = new ByteSink(4);
      CopyText.unescape(text.bytes(), 0, text.size(), back);
      assertThat(Arrays.copyOf(back.bytes(), back.size())).isEqualTo(any);
      assertThat(CopyText.indexOf(text.bytes(), 0, text.size(), (byte) '\n')).isEqualTo(-1);
    }
  }

  @Test
  void findsBytesWhereverTheyStand() {
    for (int length = 0; length < 40; length++) {
      byte[] b = new byte[length];
      Arrays.fill(b, (byte) 0x8a);
      assertThat(CopyText.indexOf(b, 0, length, (byte) '\n')).isEqualTo(-1);
      for (int at = 0; at < length; at++) {
        b[at] = '\n';
        assertThat(CopyText.indexOf(b, 0, length, (byte) '\n')).isEqualTo(at);
        assertThat(CopyText.indexOf(b, at + 1, length, (byte) '\n')).isEqualTo(-1);
        b[at] = (byte) 0x8a;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80",
        "c3",
        "c0af",
        "c1bf",
        "e08080",
        "eda080",
        "edbfbf",
        "f0808080",
        "f4908080",
        "f5808080",
        "ff",
        "e282",
        "c328",
        "6162636465666768e9"
      })
  void refusesWhatIsNoUtf8(String hex) {
    byte[] b = java.util.HexFormat.of().parseHex(hex);
    assertThat(CopyText.isUtf8(b, 0, b.length)).isFalse();
  }

  @Test
  void acceptsEveryCharacter() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : 61) {
      if (c < 0xd800 || c > 0xdfff) {
        all.appendCodePoint(c);
      }
    }
    byte[] b = all.toString().getBytes(StandardCharsets.UTF_8);
    assertThat(CopyText.isUtf8(b, 0, b.length)).isTrue();
  }
}
