package org.ferry.source.media;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes tars, also ones that no tar program would. */
final class TarMaker {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @CanIgnoreReturnValue
  TarMaker file(String name, String content) {
    return entry(name, '0', "", bytes(content));
  }

  TarMaker link(String name, char type, String target) {
    return entry(name, type, target, new byte[0]);
  }

  /** A name of any length, as GNU tar writes it. */
  TarMaker gnuLong(String name, String content) {
    entry("././@LongLink", 'L', "", bytes(name + "\0"));
    return file(name.substring(0, Math.min(99, name.length())), content);
  }

  /** A name of any length, as POSIX has it. */
  TarMaker paxLong(String name, String content) {
    String record = " path=" + name + "\n";
    int length = bytes(record).length;
    int all = length + String.valueOf(length).length();
    all = length + String.valueOf(all).length();
    entry("PaxHeaders/x", 'x', "", bytes(all + record));
    return file("short", content);
  }

  @CanIgnoreReturnValue
  TarMaker entry(String name, char type, String target, byte[] content) {
    byte[] h = new byte[512];
    put(h, 0, 100, name);
    put(h, 100, 8, "0000644");
    put(h, 124, 12, String.format("%011o", content.length));
    put(h, 136, 12, "00000000000");
    h[156] = (byte) type;
    put(h, 157, 100, target);
    put(h, 257, 8, "ustar\00000");
    out.writeBytes(signed(h));
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  /** A header with the checksum that it must have. */
  static byte[] signed(byte[] h) {
    Arrays.fill(h, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : h) {
      sum += b & 0xff;
    }
    put(h, 148, 8, String.format("%06o\0 ", sum));
    return h;
  }

  byte[] end() {
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  private static void put(byte[] header, int at, int length, String text) {
    byte[] b = bytes(text);
    System.arraycopy(b, 0, header, at, Math.min(length, b.length));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
