package org.ferry.crypto.vodozemac;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The points are computed here from the field's prime, not taken from the code under test. */
class LowOrderTest {
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger TWO_255 = BigInteger.TWO.pow(255);
  private static final BigInteger ORDER_8_A =
      new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504");
  private static final BigInteger ORDER_8_B =
      new BigInteger(
          "39382357235489614581723060781553021112529911719440698176882885853963445705823");

  /** The twelve encodings that are known, as numbers below 2^256. */
  static List<BigInteger> twelve() {
    return List.of(
        BigInteger.ZERO,
        BigInteger.ONE,
        ORDER_8_A,
        ORDER_8_B,
        P.subtract(BigInteger.ONE),
        P,
        P.add(BigInteger.ONE),
        P.add(ORDER_8_A),
        P.add(ORDER_8_B),
        P.shiftLeft(1).subtract(BigInteger.ONE),
        P.shiftLeft(1),
        P.shiftLeft(1).add(BigInteger.ONE));
  }

  /** And every one with its last bit the other way. */
  static List<BigInteger> all() {
    List<BigInteger> all = new ArrayList<>(twelve());
    twelve().forEach(u -> all.add(u.xor(TWO_255)));
    return all;
  }

  private static byte[] littleEndian(BigInteger number) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = number.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("all")
  void isNoCurve25519Key(BigInteger u) {
    byte[] key = littleEndian(u);
    assertThatThrownBy(() -> Curve25519Key.of(key))
        .isInstanceOf(CryptoException.BadKey.class)
        .hasMessageContaining("low order");
    String base64 = Base64.getEncoder().encodeToString(key);
    assertThatThrownBy(() -> Curve25519Key.parse(base64))
        .isInstanceOf(CryptoException.BadKey.class);
  }

  /** y = 0, 1, -1 and the two of order 8, in both signs, and 0 and 1 written as p and p+1. */
  @Test
  void isNoEd25519Key() {
    // The numbers above are u-coordinates; the Edwards y of a point of order 8 is (u-1)/(u+1).
    BigInteger y =
        ORDER_8_A
            .subtract(BigInteger.ONE)
            .multiply(ORDER_8_A.add(BigInteger.ONE).modInverse(P))
            .mod(P);
    List<BigInteger> points =
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            P.subtract(BigInteger.ONE),
            P,
            P.add(BigInteger.ONE),
            y,
            P.subtract(y));
    for (BigInteger point : points) {
      for (BigInteger key : List.of(point, point.xor(TWO_255))) {
        assertThatThrownBy(() -> Ed25519Key.of(littleEndian(key)))
            .isInstanceOf(CryptoException.BadKey.class)
            .hasMessageContaining("small order");
      }
    }
  }

  /** R of small order and S = 0 fit any message under such a key; under a real one they do not. */
  @Test
  void aSignatureWithSuchAPointFitsNothing() {
    try (Ed25519Keypair pair = Ed25519Keypair.create()) {
      byte[] signature = new byte[64];
      signature[0] = 1;
      String base64 = Base64.getEncoder().withoutPadding().encodeToString(signature);
      assertThat(pair.publicKey().verifies("x".getBytes(UTF_8), base64)).isFalse();
    }
  }

  @Test
  void aKeyOfAnotherSizeIsRefused() {
    for (int size : List.of(0, 31, 33)) {
      assertThatThrownBy(() -> Curve25519Key.of(new byte[size]))
          .isInstanceOf(CryptoException.BadKey.class);
      assertThatThrownBy(() -> Ed25519Key.of(new byte[size]))
          .isInstanceOf(CryptoException.BadKey.class);
    }
    assertThatThrownBy(() -> Curve25519Key.parse("no base64!"))
        .isInstanceOf(CryptoException.BadKey.class);
  }
}
