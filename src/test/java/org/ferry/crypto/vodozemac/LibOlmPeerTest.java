package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against libolm: what one side writes the other reads, and its pickles open here. */
class LibOlmPeerTest {
  private static final String KEY = "a key of any length";
  private static final byte[] KEY_BYTES = KEY.getBytes(US_ASCII);
  private static final byte[] WRONG_KEY = "another".getBytes(US_ASCII);

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Vodozemac.openHandles()).isZero();
  }

  @Test
  void libolmBeginsAnOlmSession() {
    LibOlm.Account peer = new LibOlm.Account();
    try (OlmAccount us = OlmAccount.create()) {
      us.generateOneTimeKeys(1);
      LibOlm.Session theirs =
          peer.outbound(
              us.identityKeys().curve25519().base64(),
              us.oneTimeKeys().values().iterator().next().base64());
      OlmAccount.Inbound in =
          us.createInboundSession(
              Curve25519Key.parse(peer.curve25519()), theirs.encrypt(text("from libolm")));
      try (OlmSession ours = in.session()) {
        assertThat(in.plaintext()).asString(UTF_8).isEqualTo("from libolm");
        talk(ours, theirs);
      }
    }
  }

  @Test
  void weBeginAnOlmSessionWithLibolm() {
    LibOlm.Account peer = new LibOlm.Account();
    try (OlmAccount us = OlmAccount.create();
        OlmSession ours =
            us.createOutboundSession(
                Curve25519Key.parse(peer.curve25519()),
                Curve25519Key.parse(peer.newOneTimeKey()))) {
      OlmMessage first = ours.encrypt(text("from us"));
      LibOlm.Session theirs = peer.inbound(first);
      assertThat(theirs.decrypt(first)).asString(UTF_8).isEqualTo("from us");
      talk(ours, theirs);
    }
  }

  private static void talk(OlmSession ours, LibOlm.Session theirs) {
    for (int i = 0; i < 5; i++) {
      assertThat(theirs.decrypt(ours.encrypt(text("to " + i))))
          .asString(UTF_8)
          .isEqualTo("to " + i);
      OlmMessage answer = theirs.encrypt(text("fro " + i));
      assertThat(ours.decrypt(answer)).asString(UTF_8).isEqualTo("fro " + i);
      assertThatThrownBy(() -> ours.decrypt(answer)).isInstanceOf(CryptoException.Duplicate.class);
    }
  }

  @Test
  void megolmGoesBothWays() {
    LibOlm.Outbound theirs = new LibOlm.Outbound();
    try (MegolmOutbound ours = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(theirs.sessionKey())) {
      LibOlm.Inbound there = LibOlm.Inbound.ofSessionKey(ours.sessionKey());
      for (int i = 0; i < 5; i++) {
        MegolmInbound.Decrypted here = in.decrypt(theirs.encrypt(text("fro " + i)));
        assertThat(here.index()).isEqualTo(i);
        assertThat(here.plaintext()).asString(UTF_8).isEqualTo("fro " + i);
        assertThat(there.decrypt(ours.encrypt(text("to " + i))).index()).isEqualTo(i);
      }
      String exported = in.exportAt(2).orElseThrow();
      assertThat(LibOlm.Inbound.ofExportedKey(exported).decrypt(theirs.encrypt(text("x"))).index())
          .isEqualTo(5);
    }
  }

  @Test
  void anAccountPickledByLibolmIsGoneOnWith() {
    LibOlm.Account peer = new LibOlm.Account();
    String oneTime = peer.newOneTimeKey();
    String pickle = peer.pickle(KEY);
    assertThatThrownBy(() -> OlmAccount.fromLibolmPickle(pickle, WRONG_KEY))
        .isInstanceOf(CryptoException.WrongPickleKey.class);
    try (OlmAccount account = OlmAccount.fromLibolmPickle(pickle, KEY_BYTES);
        OlmAccount other = OlmAccount.create();
        OlmSession out =
            other.createOutboundSession(
                Curve25519Key.parse(peer.curve25519()), Curve25519Key.parse(oneTime))) {
      assertThat(account.identityKeys().curve25519().base64()).isEqualTo(peer.curve25519());
      OlmAccount.Inbound in =
          account.createInboundSession(
              other.identityKeys().curve25519(), out.encrypt(text("hello")));
      in.session().close();
      assertThat(in.plaintext()).asString(UTF_8).isEqualTo("hello");
    }
  }

  @Test
  void aSessionPickledByLibolmIsGoneOnWith() {
    LibOlm.Account peer = new LibOlm.Account();
    try (OlmAccount us = OlmAccount.create();
        OlmSession ours =
            us.createOutboundSession(
                Curve25519Key.parse(peer.curve25519()),
                Curve25519Key.parse(peer.newOneTimeKey()))) {
      OlmMessage first = ours.encrypt(text("first"));
      LibOlm.Session theirs = peer.inbound(first);
      assertThat(theirs.decrypt(first)).asString(UTF_8).isEqualTo("first");
      assertThat(ours.decrypt(theirs.encrypt(text("answer")))).asString(UTF_8).isEqualTo("answer");
      String pickle = theirs.pickle(KEY);
      assertThatThrownBy(() -> OlmSession.fromLibolmPickle(pickle, WRONG_KEY))
          .isInstanceOf(CryptoException.WrongPickleKey.class);
      try (OlmSession moved = OlmSession.fromLibolmPickle(pickle, KEY_BYTES)) {
        assertThat(moved.sessionId()).isEqualTo(ours.sessionId());
        assertThat(moved.decrypt(ours.encrypt(text("to")))).asString(UTF_8).isEqualTo("to");
        assertThat(ours.decrypt(moved.encrypt(text("fro")))).asString(UTF_8).isEqualTo("fro");
      }
    }
  }

  @Test
  void anInboundSessionPickledByLibolmDecrypts() {
    try (MegolmOutbound out = MegolmOutbound.create()) {
      String pickle = LibOlm.Inbound.ofSessionKey(out.sessionKey()).pickle(KEY);
      assertThatThrownBy(() -> MegolmInbound.fromLibolmPickle(pickle, WRONG_KEY))
          .isInstanceOf(CryptoException.WrongPickleKey.class);
      try (MegolmInbound in = MegolmInbound.fromLibolmPickle(pickle, KEY_BYTES)) {
        assertThat(in.sessionId()).isEqualTo(out.sessionId());
        assertThat(in.firstKnownIndex()).isZero();
        assertThat(in.decrypt(out.encrypt(text("room"))).plaintext())
            .asString(UTF_8)
            .isEqualTo("room");
      }
    }
  }
}
