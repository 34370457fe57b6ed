package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MegolmTest {
  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Vodozemac.openHandles()).isZero();
  }

  @Test
  void messagesCarryTheirIndexAndDecryptTwice() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      assertThat(in.sessionId()).isEqualTo(out.sessionId());
      String zero = out.encrypt(text("zero"));
      String one = out.encrypt(text("one"));
      assertThat(out.messageIndex()).isEqualTo(2);
      for (int i = 0; i < 2; i++) {
        assertThat(in.decrypt(one).index()).isEqualTo(1);
        assertThat(in.decrypt(zero).index()).isZero();
        assertThat(in.decrypt(zero).plaintext()).asString(UTF_8).isEqualTo("zero");
      }
      assertThat(in.decrypt(out.encrypt(new byte[0])).plaintext()).isEmpty();
    }
  }

  @Test
  void aSessionKnownFromLaterOnRefusesWhatCameBefore() {
    try (MegolmOutbound out = MegolmOutbound.create()) {
      String early = out.encrypt(text("early"));
      try (MegolmInbound late = MegolmInbound.fromSessionKey(out.sessionKey())) {
        assertThat(late.firstKnownIndex()).isEqualTo(1);
        assertThatThrownBy(() -> late.decrypt(early))
            .isInstanceOf(CryptoException.UnknownIndex.class)
            .hasMessageContaining("first known index 1, index of the message 0");
        assertThat(late.exportAt(0)).isEmpty();
        assertThat(late.exportAt(0xffffffffL)).isPresent();
        assertThatThrownBy(() -> late.exportAt(-1)).isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void anExportDecryptsFromItsIndexOn() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      String zero = out.encrypt(text("zero"));
      String one = out.encrypt(text("one"));
      String whole = in.exportAtFirstKnownIndex();
      String part = in.exportAt(1).orElseThrow();
      try (MegolmInbound all = MegolmInbound.fromExportedKey(whole);
          MegolmInbound some = MegolmInbound.fromExportedKey(part)) {
        assertThat(all.decrypt(zero).plaintext()).asString(UTF_8).isEqualTo("zero");
        assertThat(some.decrypt(one).plaintext()).asString(UTF_8).isEqualTo("one");
        assertThatThrownBy(() -> some.decrypt(zero))
            .isInstanceOf(CryptoException.UnknownIndex.class);
      }
    }
  }

  @Test
  void copiesAreComparedByTheirRatchets() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmOutbound stranger = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey());
        MegolmInbound same = MegolmInbound.fromExportedKey(in.exportAtFirstKnownIndex());
        MegolmInbound late = MegolmInbound.fromExportedKey(in.exportAt(3).orElseThrow());
        MegolmInbound other = MegolmInbound.fromSessionKey(stranger.sessionKey())) {
      assertThat(in.compare(same)).isEqualTo(MegolmInbound.Comparison.EQUAL);
      assertThat(in.compare(late)).isEqualTo(MegolmInbound.Comparison.BETTER);
      assertThat(late.compare(in)).isEqualTo(MegolmInbound.Comparison.WORSE);
      assertThat(in.compare(other)).isEqualTo(MegolmInbound.Comparison.UNCONNECTED);
      assertThat(in.isConnected(late)).isTrue();
      assertThat(late.isConnected(in)).isTrue();
      assertThat(in.isConnected(other)).isFalse();
      try (MegolmInbound merged = late.merge(in).orElseThrow()) {
        assertThat(merged.firstKnownIndex()).isZero();
      }
      assertThat(in.merge(other)).isEmpty();
      assertThatThrownBy(() -> in.merge(in)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aForgedCopyWithTheSameIdIsUnconnected() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      byte[] forged = Base64.getDecoder().decode(in.exportAtFirstKnownIndex());
      forged[20] ^= 1;
      try (MegolmInbound copy =
          MegolmInbound.fromExportedKey(Base64.getEncoder().encodeToString(forged))) {
        assertThat(copy.sessionId()).isEqualTo(in.sessionId());
        assertThat(copy.isConnected(in)).isFalse();
        assertThat(copy.compare(in)).isEqualTo(MegolmInbound.Comparison.UNCONNECTED);
        assertThatThrownBy(() -> copy.decrypt(out.encrypt(text("secret"))))
            .isInstanceOf(CryptoException.BadMac.class);
      }
    }
  }

  @Test
  void aMessageOfAnotherSessionIsRefused() {
    try (MegolmOutbound one = MegolmOutbound.create();
        MegolmOutbound other = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(one.sessionKey())) {
      assertThatThrownBy(() -> in.decrypt(other.encrypt(text("stray"))))
          .isInstanceOf(CryptoException.BadSignature.class);
    }
  }

  @Test
  void badKeysAreRefused() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      byte[] shared = Base64.getDecoder().decode(out.sessionKey());
      shared[200] ^= 1;
      assertThatThrownBy(
              () -> MegolmInbound.fromSessionKey(Base64.getEncoder().encodeToString(shared)))
          .isInstanceOf(CryptoException.BadSignature.class);
      byte[] exported = Base64.getDecoder().decode(in.exportAtFirstKnownIndex());
      Arrays.fill(exported, 133, 165, (byte) 0);
      assertThatThrownBy(
              () -> MegolmInbound.fromExportedKey(Base64.getEncoder().encodeToString(exported)))
          .isInstanceOf(CryptoException.BadKey.class)
          .hasMessageContaining("small order");
      for (String bad : List.of("", "AQAA", "no base64!", in.exportAtFirstKnownIndex())) {
        assertThatThrownBy(() -> MegolmInbound.fromSessionKey(bad))
            .isInstanceOf(CryptoException.BadKey.class);
      }
      assertThatThrownBy(() -> MegolmInbound.fromExportedKey(out.sessionKey()))
          .isInstanceOf(CryptoException.BadKey.class);
    }
  }

  @Test
  void badMessagesAreRefused() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      byte[] message = Base64.getDecoder().decode(out.encrypt(text("hello")));
      message[0] = 4;
      String versionTwo = Base64.getEncoder().encodeToString(message);
      for (String bad : List.of("", "AAAA", "no base64!", versionTwo)) {
        assertThatThrownBy(() -> in.decrypt(bad)).isInstanceOf(CryptoException.BadMessage.class);
      }
    }
  }
}
