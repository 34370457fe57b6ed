package org.ferry.source.media;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of a tar one after the other: ustar, GNU long names, POSIX extended headers.
 * Memory is bounded whatever the archive says.
 */
final class TarReader {
  static final int BLOCK = 512;

  /** Longer extended headers than this belong to no media store. */
  private static final int LONGEST_EXTENSION = 1 << 16;

  /** What an entry is. */
  enum Kind {
    /** A file with its bytes. */
    FILE,
    /** A folder. */
    FOLDER,
    /** A link, device, pipe, sparse file or anything else. */
    OTHER
  }

  /**
   * An entry.
   *
   * @param name its name as the archive has it
   * @param kind what it is
   * @param offset where its bytes begin in the tar
   * @param length how many bytes it has
   */
  record Entry(String name, Kind kind, long offset, long length) {}

  private final InputStream in;
  private final byte[] header = new byte[BLOCK];
  private long position;
  private long next;

  TarReader(InputStream in) {
    this.in = in;
  }

  /** True where a block is a tar header: its checksum says so. */
  static boolean isHeader(byte[] block) {
    if (block.length < BLOCK) {
      return false;
    }
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : block[i] & 0xff;
    }
    return sum != 8 * ' ' && sum == octal(block, 148, 8);
  }

  /**
   * Moves to the next entry, over what is left of the one before.
   *
   * @return the entry, null at the end of the archive
   * @throws IOException where the archive is cut off or damaged
   */
  @Nullable Entry next() throws IOException {
    String longName = null;
    long extendedLength = -1;
    while (true) {
      skipTo(next);
      if (!readHeader()) {
        return null;
      }
      byte type = header[156];
      long length = size();
      next = position + (length + BLOCK - 1) / BLOCK * BLOCK;
      if (type == 'L') {
        longName = text(extension(length));
      } else if (type == 'x') {
        byte[] records = extension(length);
        String path = value(records, "path");
        String size = value(records, "size");
        longName = path == null ? longName : path;
        extendedLength = size == null ? -1 : number(size);
      } else if (type != 'g' && type != 'K') {
        long real = extendedLength >= 0 ? extendedLength : length;
        next = position + (real + BLOCK - 1) / BLOCK * BLOCK;
        return new Entry(longName == null ? name() : longName, kind(type), position, real);
      }
    }
  }

  /** The bytes of the present entry follow here, {@link Entry#length()} of them. */
  InputStream bytes() {
    return in;
  }

  /** Tells that all bytes of the present entry were taken from {@link #bytes()}. */
  void taken(long count) {
    position += count;
  }

  private static Kind kind(byte type) {
    return switch (type) {
      case 0, '0', '7' -> Kind.FILE;
      case '5' -> Kind.FOLDER;
      default -> Kind.OTHER;
    };
  }

  /** Reads a header; false at the end. */
  private boolean readHeader() throws IOException {
    int n = in.readNBytes(header, 0, BLOCK);
    position += n;
    if (n == BLOCK && isHeader(header)) {
      return true;
    }
    boolean zeros = n == BLOCK;
    for (int i = 0; i < n; i++) {
      zeros &= header[i] == 0;
    }
    if (zeros) {
      return false;
    }
    if (n < BLOCK) {
      throw new EOFException("Unexpected end of the tar");
    }
    throw new IOException("no tar header at byte " + (position - BLOCK));
  }

  private byte[] extension(long length) throws IOException {
    if (length > LONGEST_EXTENSION) {
      throw new IOException("a tar header of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes((int) length);
    position += bytes.length;
    if (bytes.length < length) {
      throw new EOFException("Unexpected end of the tar");
    }
    return bytes;
  }

  private void skipTo(long target) throws IOException {
    in.skipNBytes(target - position);
    position = target;
  }

  private String name() {
    String name = field(0, 100);
    boolean ustar = field(257, 5).equals("ustar") && header[262] == 0;
    String prefix = ustar ? field(345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private String field(int from, int length) {
    int to = from;
    while (to < from + length && header[to] != 0) {
      to++;
    }
    return new String(header, from, to - from, StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  /** The length of the entry's bytes: octal, or binary where the first bit is set (GNU). */
  private long size() throws IOException {
    long size;
    if ((header[124] & 0x80) != 0) {
      size = header[124] & 0x7f;
      for (int i = 125; i < 136; i++) {
        size = size > Long.MAX_VALUE >> 8 ? -1 : size << 8 | (header[i] & 0xff);
      }
    } else {
      size = octal(header, 124, 12);
    }
    if (size < 0 || size > 1L << 50) {
      throw new IOException("an entry without a sensible length at byte " + (position - BLOCK));
    }
    return size;
  }

  private static long octal(byte[] b, int from, int length) {
    long value = 0;
    boolean any = false;
    for (int i = from; i < from + length; i++) {
      if (b[i] >= '0' && b[i] <= '7') {
        value = value << 3 | (b[i] - '0');
        any = true;
      } else if (any || (b[i] != ' ' && b[i] != 0)) {
        break;
      }
    }
    return any ? value : from == 148 ? -1 : 0;
  }

  /** A value of an extended header: records of the form {@code LENGTH KEY=VALUE\n}. */
  private static @Nullable String value(byte[] records, String key) {
    String found = null;
    int at = 0;
    while (at < records.length) {
      int space = at;
      while (space < records.length && records[space] != ' ') {
        space++;
      }
      long length = number(new String(records, at, space - at, StandardCharsets.US_ASCII));
      if (length <= space - at || at + length > records.length) {
        break;
      }
      String record =
          new String(records, space + 1, (int) (at + length) - space - 2, StandardCharsets.UTF_8);
      if (record.startsWith(key + "=")) {
        found = record.substring(key.length() + 1);
      }
      at += (int) length;
    }
    return found;
  }

  private static long number(String digits) {
    return digits.matches("[0-9]{1,15}") ? Long.parseLong(digits) : 0;
  }
}
