package org.ferry.crypto.keys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bytes between the two lines of a key export. Strict: besides base64 there is only white
 * space, so that no change of the file goes unnoticed.
 */
final class Armor extends InputStream {
  static final String BEGIN = "-----BEGIN MEGOLM SESSION DATA-----";
  static final String END = "-----END MEGOLM SESSION DATA-----";

  private static final byte[] DIGITS = digits();
  private static final int[] BOM = {0xef, 0xbb, 0xbf};

  private final InputStream in;
  private final byte[] three = new byte[3];
  private int next = 3;
  private int size = 3;
  private boolean ended;

  /**
   * Begins behind the first line.
   *
   * @param in buffered; closed with this
   * @throws KeyException where there is no such line
   */
  Armor(InputStream in) throws IOException {
    this.in = in;
    int c = in.read();
    if (c == BOM[0] && in.read() == BOM[1] && in.read() == BOM[2]) {
      c = in.read();
    }
    while (isSpace(c)) {
      c = in.read();
    }
    if (c != BEGIN.charAt(0) || !follows(BEGIN.substring(1))) {
      throw new KeyException("is no key export: it does not begin with the line " + BEGIN);
    }
  }

  private boolean follows(String text) throws IOException {
    byte[] there = in.readNBytes(text.length());
    return new String(there, StandardCharsets.ISO_8859_1).equals(text);
  }

  @Override
  public int read() throws IOException {
    if (next == size && !fill()) {
      return -1;
    }
    return three[next++] & 0xff;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    int n = 0;
    while (n < length && (next < size || fill())) {
      to[from + n++] = three[next++];
    }
    return n == 0 && length > 0 ? -1 : n;
  }

  /** Reads four characters, or the two or three at the end. */
  private boolean fill() throws IOException {
    int digits = 0;
    int bits = 0;
    while (digits < 4 && !ended) {
      int c = in.read();
      int digit = c < 0 ? -1 : DIGITS[c];
      if (digit >= 0) {
        bits = bits << 6 | digit;
        digits++;
      } else if (!isSpace(c)) {
        end(c, digits);
      }
    }
    if (digits == 0) {
      return false;
    }
    return take(digits, bits);
  }

  private boolean take(int digits, int bits) {
    int whole = bits << (6 * (4 - digits));
    size = digits * 6 / 8;
    next = 0;
    for (int i = 0; i < 3; i++) {
      three[i] = (byte) (whole >> (16 - 8 * i));
    }
    int rest = whole & ((1 << (8 * (3 - size))) - 1);
    if (digits == 1 || (digits < 4 && rest != 0)) {
      throw damaged("its base64 ends in the middle");
    }
    return size > 0;
  }

  /** Behind the base64: padding where some is due, the last line, and nothing more. */
  private void end(int first, int digits) throws IOException {
    int c = first;
    int due = (4 - digits) % 4;
    for (int padding = 0; c == '='; padding++) {
      if (padding >= due) {
        throw damaged("there is padding in its base64 where none belongs");
      }
      c = in.read();
    }
    while (isSpace(c)) {
      c = in.read();
    }
    if (c < 0) {
      throw damaged("it was cut off: the line " + END + " is missing");
    }
    if (c != END.charAt(0) || !follows(END.substring(1))) {
      throw damaged("it holds a character that is not base64");
    }
    for (c = in.read(); c >= 0; c = in.read()) {
      if (!isSpace(c)) {
        throw damaged("there is something behind its last line");
      }
    }
    ended = true;
  }

  private static KeyException damaged(String what) {
    return new KeyException("is damaged: " + what);
  }

  private static boolean isSpace(int c) {
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
  }

  private static byte[] digits() {
    String all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    byte[] digits = new byte[256];
    java.util.Arrays.fill(digits, (byte) -1);
    for (int i = 0; i < all.length(); i++) {
      digits[all.charAt(i)] = (byte) i;
    }
    return digits;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
