package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final byte[] KEY = bytes(7);
  private static final byte[] OTHER_KEY = bytes(8);

  private static byte[] bytes(int value) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) value);
    return key;
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Vodozemac.openHandles()).isZero();
  }

  /** Two accounts with a session each, after one message from Bob. */
  private record Pair(OlmAccount alice, OlmAccount bob, OlmSession a, OlmSession b)
      implements AutoCloseable {
    static Pair make() {
      OlmAccount alice = OlmAccount.create();
      OlmAccount bob = OlmAccount.create();
      alice.generateOneTimeKeys(1);
      Curve25519Key oneTime = alice.oneTimeKeys().values().iterator().next();
      OlmSession b = bob.createOutboundSession(alice.identityKeys().curve25519(), oneTime);
      OlmMessage first = b.encrypt(text("first"));
      OlmAccount.Inbound in = alice.createInboundSession(bob.identityKeys().curve25519(), first);
      assertThat(in.plaintext()).asString(UTF_8).isEqualTo("first");
      return new Pair(alice, bob, in.session(), b);
    }

    @Override
    public void close() {
      a.close();
      b.close();
      alice.close();
      bob.close();
    }
  }

  @Test
  void olmGoesBothWays() {
    try (Pair pair = Pair.make()) {
      assertThat(pair.a.sessionId()).isEqualTo(pair.b.sessionId());
      assertThat(pair.b.hasReceivedMessage()).isFalse();
      OlmMessage second = pair.b.encrypt(text("second"));
      assertThat(second.isPreKey()).isTrue();
      assertThat(pair.a.matches(second)).isTrue();
      assertThat(pair.a.decrypt(second)).asString(UTF_8).isEqualTo("second");

      OlmMessage answer = pair.a.encrypt(text("answer"));
      assertThat(answer.isPreKey()).isFalse();
      assertThat(pair.a.matches(answer)).isFalse();
      assertThat(pair.b.decrypt(answer)).asString(UTF_8).isEqualTo("answer");
      assertThat(pair.b.hasReceivedMessage()).isTrue();
      assertThat(pair.b.encrypt(text("third")).isPreKey()).isFalse();
      assertThat(pair.b.encrypt(new byte[0]).body()).isNotEmpty();
    }
  }

  @Test
  void anEmptyMessageAndALargeOneMakeTheRoundTrip() {
    try (Pair pair = Pair.make()) {
      assertThat(pair.a.decrypt(pair.b.encrypt(new byte[0]))).isEmpty();
      byte[] large = new byte[1 << 20];
      assertThat(pair.a.decrypt(pair.b.encrypt(large))).isEqualTo(large);
    }
  }

  @Test
  void aDuplicateIsRefusedAndOutOfOrderIsNot() {
    try (Pair pair = Pair.make()) {
      List<OlmMessage> messages = new ArrayList<>();
      for (int i = 0; i < 41; i++) {
        messages.add(pair.b.encrypt(text("m" + i)));
      }
      Collections.reverse(messages);
      for (int i = 0; i < 41; i++) {
        assertThat(pair.a.decrypt(messages.get(i))).asString(UTF_8).isEqualTo("m" + (40 - i));
      }
      assertThatThrownBy(() -> pair.a.decrypt(messages.get(7)))
          .isInstanceOf(CryptoException.Duplicate.class);
      assertThat(pair.a.decrypt(pair.b.encrypt(text("next")))).asString(UTF_8).isEqualTo("next");
    }
  }

  @Test
  void aMessageFarAheadIsRefused() {
    try (Pair pair = Pair.make()) {
      for (int i = 0; i < 2001; i++) {
        assertThat(pair.b.encrypt(text("lost")).body()).isNotEmpty();
      }
      assertThatThrownBy(() -> pair.a.decrypt(pair.b.encrypt(text("ahead"))))
          .isInstanceOf(CryptoException.GapTooBig.class);
    }
  }

  @Test
  void aPreKeyMessageWorksOnceAndForItsSenderOnly() {
    try (OlmAccount alice = OlmAccount.create();
        OlmAccount bob = OlmAccount.create();
        OlmAccount eve = OlmAccount.create()) {
      alice.generateOneTimeKeys(1);
      Curve25519Key oneTime = alice.oneTimeKeys().values().iterator().next();
      Curve25519Key bobsKey = bob.identityKeys().curve25519();
      try (OlmSession out = bob.createOutboundSession(alice.identityKeys().curve25519(), oneTime)) {
        OlmMessage first = out.encrypt(text("first"));
        assertThatThrownBy(() -> alice.createInboundSession(eve.identityKeys().curve25519(), first))
            .isInstanceOf(CryptoException.MismatchedIdentityKey.class);
        alice.createInboundSession(bobsKey, first).session().close();
        assertThatThrownBy(() -> alice.createInboundSession(bobsKey, first))
            .isInstanceOf(CryptoException.UnknownOneTimeKey.class);
      }
    }
  }

  @Test
  void aMessageOfAnotherSessionIsRefused() {
    try (Pair one = Pair.make();
        Pair other = Pair.make()) {
      assertThatThrownBy(() -> one.a.decrypt(other.b.encrypt(text("stray"))))
          .isInstanceOf(CryptoException.BadMac.class)
          .extracting(e -> ((CryptoException) e).reason())
          .isEqualTo("bad_mac");
      assertThat(one.a.matches(other.b.encrypt(text("stray")))).isFalse();
    }
  }

  /** The keys of a pre-key message stand outside of its MAC. */
  @Test
  void aPreKeyMessageWithOtherKeysIsOfAnotherSession() {
    try (Pair one = Pair.make();
        Pair other = Pair.make()) {
      byte[] mine = Base64.getDecoder().decode(one.b.encrypt(text("mine")).body());
      byte[] theirs = Base64.getDecoder().decode(other.b.encrypt(text("theirs")).body());
      // Version, then three keys of 34 bytes, then the message itself.
      System.arraycopy(theirs, 0, mine, 0, 1 + 34);
      OlmMessage mixed =
          new OlmMessage(OlmMessage.PRE_KEY, Base64.getEncoder().encodeToString(mine));
      assertThatThrownBy(() -> one.a.decrypt(mixed)).isInstanceOf(CryptoException.BadMac.class);
    }
  }

  @Test
  void oneTimeAndFallbackKeysAreListedUntilPublished() {
    try (OlmAccount account = OlmAccount.create()) {
      account.generateOneTimeKeys(50);
      assertThat(account.oneTimeKeys()).hasSize(50);
      assertThat(account.storedOneTimeKeys()).isEqualTo(50);
      assertThat(account.maxOneTimeKeys()).isEqualTo(50);
      assertThat(account.fallbackKey()).isEmpty();
      account.generateFallbackKey();
      assertThat(account.fallbackKey()).isPresent();
      account.markKeysAsPublished();
      assertThat(account.oneTimeKeys()).isEmpty();
      assertThat(account.fallbackKey()).isEmpty();
      assertThat(account.storedOneTimeKeys()).isEqualTo(50);
      assertThat(account.forgetFallbackKey()).isFalse();
      account.generateFallbackKey();
      assertThat(account.forgetFallbackKey()).isTrue();
      assertThat(account.forgetFallbackKey()).isFalse();
      account.generateOneTimeKeys(5000);
      assertThatThrownBy(() -> account.generateOneTimeKeys(0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aFallbackKeyOpensManySessions() {
    try (OlmAccount alice = OlmAccount.create()) {
      alice.generateFallbackKey();
      Curve25519Key fallback = alice.fallbackKey().orElseThrow().key();
      for (int i = 0; i < 3; i++) {
        try (OlmAccount bob = OlmAccount.create();
            OlmSession out =
                bob.createOutboundSession(alice.identityKeys().curve25519(), fallback)) {
          alice
              .createInboundSession(bob.identityKeys().curve25519(), out.encrypt(text("hello")))
              .session()
              .close();
        }
      }
    }
  }

  @Test
  void picklesOpenWithTheirKeyOnly() {
    try (Pair pair = Pair.make();
        MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      String account = pair.alice.pickle(KEY);
      String session = pair.a.pickle(KEY);
      String outbound = out.pickle(KEY);
      String inbound = in.pickle(KEY);
      for (byte[] wrong : List.of(OTHER_KEY, new byte[32])) {
        assertWrongKey(() -> OlmAccount.fromPickle(account, wrong));
        assertWrongKey(() -> OlmSession.fromPickle(session, wrong));
        assertWrongKey(() -> MegolmOutbound.fromPickle(outbound, wrong));
        assertWrongKey(() -> MegolmInbound.fromPickle(inbound, wrong));
      }
      try (OlmAccount a = OlmAccount.fromPickle(account, KEY);
          OlmSession s = OlmSession.fromPickle(session, KEY);
          MegolmOutbound o = MegolmOutbound.fromPickle(outbound, KEY);
          MegolmInbound i = MegolmInbound.fromPickle(inbound, KEY)) {
        assertThat(a.identityKeys()).isEqualTo(pair.alice.identityKeys());
        assertThat(s.decrypt(pair.b.encrypt(text("again")))).asString(UTF_8).isEqualTo("again");
        assertThat(i.decrypt(o.encrypt(text("room"))).plaintext())
            .asString(UTF_8)
            .isEqualTo("room");
      }
    }
  }

  private static void assertWrongKey(org.assertj.core.api.ThrowableAssert.ThrowingCallable open) {
    assertThatThrownBy(open).isInstanceOf(CryptoException.WrongPickleKey.class);
  }

  @Test
  void whatIsNoPickleIsRefused() {
    try (OlmAccount account = OlmAccount.create();
        MegolmOutbound out = MegolmOutbound.create()) {
      String megolm = out.pickle(KEY);
      for (String bad : List.of("", "\u0000", "é", "%%%%", "A", "AAAA", "\ud800")) {
        assertThatThrownBy(() -> OlmAccount.fromPickle(bad, KEY))
            .isInstanceOf(CryptoException.class);
        assertThatThrownBy(() -> OlmAccount.fromLibolmPickle(bad, KEY))
            .isInstanceOf(CryptoException.BadPickle.class);
      }
      assertThatThrownBy(() -> OlmAccount.fromPickle(megolm, KEY))
          .isInstanceOf(CryptoException.BadPickle.class);
      assertThatThrownBy(() -> account.pickle(new byte[31]))
          .isInstanceOf(CryptoException.BadKey.class);
    }
  }

  @Test
  void signaturesFitTheirMessageAndKeyOnly() {
    try (OlmAccount account = OlmAccount.create();
        Ed25519Keypair pair = Ed25519Keypair.create();
        Ed25519Keypair same = Ed25519Keypair.fromSeed(pair.seed())) {
      Ed25519Key key = account.identityKeys().ed25519();
      String signature = account.sign(text("{}"));
      assertThat(key.verifies(text("{}"), signature)).isTrue();
      assertThat(key.verifies(text("{ }"), signature)).isFalse();
      assertThat(pair.publicKey().verifies(text("{}"), signature)).isFalse();
      assertThat(key.verifies(text("{}"), "")).isFalse();
      assertThat(key.verifies(text("{}"), "no base64!")).isFalse();
      assertThat(same.publicKey()).isEqualTo(pair.publicKey());
      assertThat(pair.publicKey().verifies(new byte[0], same.sign(new byte[0]))).isTrue();
    }
  }
}
