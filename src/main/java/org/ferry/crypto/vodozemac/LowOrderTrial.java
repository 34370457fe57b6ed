package org.ferry.crypto.vodozemac;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Offers keys of low order wherever a peer could, and sees that all are refused. */
final class LowOrderTrial {
  private static final byte[] TEXT = "to and fro".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 3;
  private static final int KEY_FIELD = 0x0a;
  private static final int BASE_FIELD = 0x12;
  private static final int IDENTITY_FIELD = 0x1a;
  private static final int LAST_FIELD = 0x22;

  private final OlmAccount us;
  private final byte[] ourKey;
  private final byte[] theirKey;

  private LowOrderTrial(OlmAccount us, Curve25519Key ourKey, Curve25519Key theirKey) {
    this.us = us;
    this.ourKey = ourKey.bytes();
    this.theirKey = theirKey.bytes();
  }

  static Vodozemac.SelfTest run() {
    try (OlmAccount us = OlmAccount.create();
        OlmAccount them = OlmAccount.create()) {
      us.generateOneTimeKeys(1);
      Curve25519Key ourKey = us.oneTimeKeys().values().iterator().next();
      Curve25519Key theirKey = them.identityKeys().curve25519();
      LowOrderTrial trial = new LowOrderTrial(us, ourKey, theirKey);
      List<byte[]> points = points();
      long refused = points.stream().mapToLong(trial::refusals).sum();
      // Last, as it uses the one-time key up: what was refused left the account whole.
      boolean roundTrip = olm(us, them, ourKey) && megolm();
      return new Vodozemac.SelfTest(roundTrip, 4 * points.size(), (int) refused);
    }
  }

  /** All known encodings, then the ones with the ignored bit flipped. */
  private static List<byte[]> points() {
    return Stream.concat(
            LowOrder.CURVE25519.stream(), LowOrder.CURVE25519.stream().map(LowOrderTrial::flipped))
        .toList();
  }

  private static byte[] flipped(byte[] key) {
    byte[] other = key.clone();
    other[31] ^= (byte) 0x80;
    return other;
  }

  private long refusals(byte[] point) {
    Stream<Consumer<byte[]>> places =
        Stream.of(this::asIdentityKey, this::asOneTimeKey, this::asBaseKey, this::asRatchetKey);
    return places.filter(place -> refuses(place, point)).count();
  }

  private static boolean refuses(Consumer<byte[]> place, byte[] point) {
    try {
      place.accept(point);
      return false;
    } catch (CryptoException.BadKey e) {
      return true;
    }
  }

  private void asIdentityKey(byte[] point) {
    us.createOutboundSession(Curve25519Key.of(point), Curve25519Key.of(theirKey)).close();
  }

  private void asOneTimeKey(byte[] point) {
    us.createOutboundSession(Curve25519Key.of(theirKey), Curve25519Key.of(point)).close();
  }

  private void asBaseKey(byte[] point) {
    offer(preKey(point, normal(theirKey)));
  }

  private void asRatchetKey(byte[] point) {
    offer(preKey(theirKey, normal(point)));
  }

  private void offer(byte[] message) {
    OlmMessage offered = new OlmMessage(OlmMessage.PRE_KEY, Unpadded.encode(message));
    us.createInboundSession(Curve25519Key.of(theirKey), offered).session().close();
  }

  private byte[] preKey(byte[] baseKey, byte[] inner) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(VERSION);
    field(out, KEY_FIELD, ourKey);
    field(out, BASE_FIELD, baseKey);
    field(out, IDENTITY_FIELD, theirKey);
    field(out, LAST_FIELD, inner);
    return out.toByteArray();
  }

  private static byte[] normal(byte[] ratchetKey) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(VERSION);
    field(out, KEY_FIELD, ratchetKey);
    out.writeBytes(new byte[] {0x10, 0});
    field(out, LAST_FIELD, new byte[16]);
    out.writeBytes(new byte[8]);
    return out.toByteArray();
  }

  private static void field(ByteArrayOutputStream out, int tag, byte[] content) {
    out.write(tag);
    out.write(content.length);
    out.writeBytes(content);
  }

  private static boolean olm(OlmAccount us, OlmAccount them, Curve25519Key ourKey) {
    try (OlmSession out = them.createOutboundSession(us.identityKeys().curve25519(), ourKey)) {
      OlmAccount.Inbound in =
          us.createInboundSession(them.identityKeys().curve25519(), out.encrypt(TEXT));
      try (OlmSession session = in.session()) {
        byte[] back = out.decrypt(session.encrypt(in.plaintext()));
        return Arrays.equals(TEXT, back);
      }
    }
  }

  private static boolean megolm() {
    try (MegolmOutbound out = MegolmOutbound.create();
        MegolmInbound in = MegolmInbound.fromSessionKey(out.sessionKey())) {
      return Arrays.equals(TEXT, in.decrypt(out.encrypt(TEXT)).plaintext());
    }
  }
}
