package org.ferry.crypto.vodozemac;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The points of small order of both curves. With one of them as a peer's key the shared secret is
 * known to everybody, and a signature under one fits many messages; vodozemac 0.9 refuses neither.
 * The last bit of a Curve25519 key is ignored by all implementations, and of an Ed25519 key it is
 * the sign, so it does not count here.
 */
final class LowOrder {
  private static final String ZERO = "00".repeat(32);
  private static final String ONE = "01" + "00".repeat(31);
  private static final String P_LESS_ONE = "ec" + "ff".repeat(30) + "7f";
  private static final String P = "ed" + "ff".repeat(30) + "7f";
  private static final String P_PLUS_ONE = "ee" + "ff".repeat(30) + "7f";

  /**
   * The u-coordinates: 0, 1, two of order 8, p-1, p, p+1; then those that only an implementation
   * without reduction of the last bit would meet: the order-8 ones plus p, 2p-1, 2p, 2p+1.
   */
  static final List<byte[]> CURVE25519 =
      of(
          ZERO,
          ONE,
          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
          P_LESS_ONE,
          P,
          P_PLUS_ONE,
          "cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
          "4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
          "d9" + "ff".repeat(31),
          "da" + "ff".repeat(31),
          "db" + "ff".repeat(31));

  /** The y-coordinates: 0, 1, two of order 8, p-1, p, p+1. */
  static final List<byte[]> ED25519 =
      of(
          ZERO,
          ONE,
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          P_LESS_ONE,
          P,
          P_PLUS_ONE);

  private LowOrder() {}

  private static List<byte[]> of(String... hex) {
    return Arrays.stream(hex).map(HexFormat.of()::parseHex).toList();
  }

  static boolean isCurve25519(byte[] key) {
    return CURVE25519.stream().anyMatch(low -> sameButLastBit(low, 0, key, 0));
  }

  /** Whether the 32 bytes at that place are such an Ed25519 point. */
  static boolean isEd25519(byte[] bytes, int from) {
    return ED25519.stream().anyMatch(low -> sameButLastBit(low, 0, bytes, from));
  }

  private static boolean sameButLastBit(byte[] a, int fromA, byte[] b, int fromB) {
    return Arrays.equals(a, fromA, fromA + 31, b, fromB, fromB + 31)
        && (a[fromA + 31] & 0x7f) == (b[fromB + 31] & 0x7f);
  }
}
