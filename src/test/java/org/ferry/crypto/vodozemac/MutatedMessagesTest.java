package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.ferry.testing.Tier;
import org.junit.jupiter.api.Test;

/**
 * Messages and keys changed at random (D-25). Each is refused with a reason of its own kind, the
 * process lives, and the sessions are as they were: honest messages in between decrypt.
 */
class MutatedMessagesTest {
  private static final byte[] TEXT = "{\"type\":\"m.room.message\"}".getBytes(UTF_8);
  private static final byte[] KEY = new byte[32];
  private static final int HONEST_EVERY = 500;

  private final Random random = new Random(25);
  private final Map<String, Integer> outcomes = new TreeMap<>();

  @Test
  void everyMutatedMessageIsRefusedAndTheNextHonestOneWorks() {
    int count = Tier.Count.MUTATED_MESSAGES.now();
    long start = System.nanoTime();
    try (OlmAccount alice = OlmAccount.create();
        OlmAccount bob = OlmAccount.create();
        MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      olm(alice, bob, count / 2);
      megolm(out, in, count / 2);
    }
    System.out.printf(
        "%,d mutated messages in %.1f s: %s%n", count, (System.nanoTime() - start) / 1e9, outcomes);
    assertThat(Vodozemac.openHandles()).isZero();
    assertThat(outcomes).doesNotContainKey("unexpected");
  }

  private void olm(OlmAccount alice, OlmAccount bob, int count) {
    alice.generateOneTimeKeys(2);
    var keys = alice.oneTimeKeys().values().iterator();
    Curve25519Key alicesKey = alice.identityKeys().curve25519();
    Curve25519Key bobsKey = bob.identityKeys().curve25519();
    try (OlmSession b = bob.createOutboundSession(alicesKey, keys.next());
        OlmSession fresh = bob.createOutboundSession(alicesKey, keys.next())) {
      OlmMessage first = b.encrypt(TEXT);
      OlmAccount.Inbound begun = alice.createInboundSession(bobsKey, first);
      try (OlmSession a = begun.session()) {
        OlmMessage preKey = b.encrypt(TEXT);
        OlmMessage unopened = fresh.encrypt(TEXT);
        for (int i = 0; i < count; i += 3) {
          if (i % HONEST_EVERY < 3) {
            honest(a, b);
            preKey = b.encrypt(TEXT);
          }
          olmRound(alice, a, bobsKey, preKey, unopened);
        }
        alice.createInboundSession(bobsKey, unopened).session().close();
      }
    }
  }

  private void olmRound(
      OlmAccount alice,
      OlmSession a,
      Curve25519Key bobsKey,
      OlmMessage known,
      OlmMessage unopened) {
    String before = random.nextInt(20) == 0 ? a.pickle(KEY) : null;
    refused(() -> a.decrypt(mutated(known)), known);
    refused(() -> a.decrypt(mutated(known)), known);
    refused(() -> alice.createInboundSession(bobsKey, mutated(unopened)).plaintext(), unopened);
    if (before != null) {
      assertThat(a.pickle(KEY)).as("a refused message leaves the session alone").isEqualTo(before);
    }
  }

  private static void honest(OlmSession a, OlmSession b) {
    assertThat(a.decrypt(b.encrypt(TEXT))).isEqualTo(TEXT);
    assertThat(b.decrypt(a.encrypt(TEXT))).isEqualTo(TEXT);
  }

  private void megolm(MegolmOutbound out, MegolmInbound in, int count) {
    String message = out.encrypt(TEXT);
    String shared = out.sessionKey();
    String exported = in.exportAtFirstKnownIndex();
    for (int i = 0; i < count; i++) {
      if (i % HONEST_EVERY == 0) {
        message = out.encrypt(TEXT);
        assertThat(in.decrypt(message).plaintext()).isEqualTo(TEXT);
      }
      switch (i % 8) {
        case 0 -> megolmKey(() -> MegolmInbound.fromSessionKey(mutated(shared)));
        case 1 -> megolmKey(() -> MegolmInbound.fromExportedKey(mutated(exported)));
        default -> refusedMegolm(in, mutated(message), message);
      }
    }
  }

  private interface Making {
    MegolmInbound make();
  }

  /** An export is not signed: a changed one can be a key, which then opens nothing of ours. */
  private void megolmKey(Making making) {
    try {
      making.make().close();
      count("another_key");
    } catch (CryptoException e) {
      count(e.reason());
    }
  }

  private void refusedMegolm(MegolmInbound in, String mutated, String original) {
    try {
      accepted(in.decrypt(mutated).plaintext(), mutated, original);
    } catch (CryptoException e) {
      count(e.reason());
    }
  }

  private interface Call {
    byte[] run();
  }

  private OlmMessage last = new OlmMessage(OlmMessage.NORMAL, "");

  private void refused(Call call, OlmMessage original) {
    try {
      accepted(call.run(), last.body(), original.body());
    } catch (CryptoException e) {
      count(e.reason());
    }
  }

  private static void accepted(byte[] plaintext, String mutated, String original) {
    fail("%d bytes came of %s, made of %s", plaintext.length, mutated, original);
  }

  private void count(String reason) {
    outcomes.merge(reason, 1, Integer::sum);
  }

  private static byte[] decode(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  private OlmMessage mutated(OlmMessage message) {
    int type = random.nextInt(30) == 0 ? 1 - message.type() : message.type();
    last = new OlmMessage(type, mutated(message.body()));
    return last;
  }

  /** The message with other bytes, or with a character more. */
  private String mutated(String base64) {
    if (random.nextInt(50) == 0) {
      int at = random.nextInt(base64.length());
      return base64.substring(0, at) + strange() + base64.substring(at);
    }
    byte[] original = decode(base64);
    byte[] bytes = original;
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      bytes = changed(bytes);
    }
    return Arrays.equals(bytes, original)
        ? mutated(base64)
        : Base64.getEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Any character that is no digit of base64. */
  private char strange() {
    char c = (char) random.nextInt(0x300);
    return Unpadded.isDigit(c) ? '%' : c;
  }

  private byte[] changed(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int kind = random.nextInt(9);
    byte[] copy = bytes.clone();
    switch (kind) {
      case 0, 1, 2 -> copy[at] ^= (byte) (1 << random.nextInt(8));
      case 3 -> copy[at] = (byte) random.nextInt();
      // The first bytes are versions, tags and lengths.
      case 4 -> copy[at % Math.min(5, bytes.length)] = (byte) random.nextInt();
      case 5 -> Arrays.fill(copy, at, Math.min(copy.length, at + random.nextInt(40)), (byte) 0xff);
      case 6 -> copy = Arrays.copyOf(bytes, at);
      case 7 -> copy = spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(40)), at);
      default -> copy = spliced(bytes, 0, at, random.nextInt(bytes.length));
    }
    return copy;
  }

  /** Some bytes of it put in once more at another place. */
  private static byte[] spliced(byte[] bytes, int from, int to, int into) {
    byte[] out = new byte[bytes.length + to - from];
    System.arraycopy(bytes, 0, out, 0, into);
    System.arraycopy(bytes, from, out, into, to - from);
    System.arraycopy(bytes, into, out, into + to - from, bytes.length - into);
    return out;
  }
}
