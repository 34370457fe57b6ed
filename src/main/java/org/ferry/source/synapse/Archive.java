package org.ferry.source.synapse;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The beginning of what {@code pg_dump} writes in its custom, tar and directory formats
 * (PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c, ReadHead).
 */
final class Archive {
  private static final byte[] MAGIC = "PGDMP".getBytes(StandardCharsets.US_ASCII);
  private static final int DATE_PARTS = 7;
  private static final int LONGEST_TEXT = 1000;

  private final ByteBuffer in;
  private int intSize;

  private Archive(byte[] head, int at) {
    in = ByteBuffer.wrap(head, at, head.length - at);
  }

  /**
   * The version of the pg_dump that wrote an archive.
   *
   * @param head its first bytes
   * @param at where in them the archive begins
   * @return such as {@code 17.6 (Debian 17.6-1)}; empty where that cannot be told
   */
  static Optional<String> maker(byte[] head, int at) {
    try {
      return new Archive(head, at).maker();
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private Optional<String> maker() {
    for (byte expected : MAGIC) {
      if (in.get() != expected) {
        return Optional.empty();
      }
    }
    int version = in.get() * 100 + in.get();
    byte unusedRevision = in.get();
    intSize = in.get();
    byte unusedOffsets = in.get();
    byte unusedFormat = in.get();
    if (version >= 115) {
      byte unusedAlgorithm = in.get();
    } else {
      long unusedLevel = number();
    }
    for (int i = 0; i < DATE_PARTS; i++) {
      long unusedPart = number();
    }
    String unusedDatabase = text();
    String unusedServer = text();
    String maker = text();
    return maker.matches("[0-9][ -~]*") ? Optional.of(maker) : Optional.empty();
  }

  private long number() {
    boolean negative = in.get() != 0;
    long value = 0;
    for (int i = 0; i < intSize; i++) {
      value |= (in.get() & 0xffL) << (8 * i);
    }
    return negative ? -value : value;
  }

  private String text() {
    long length = number();
    if (length < 0) {
      return "";
    }
    if (length > LONGEST_TEXT) {
      throw new IndexOutOfBoundsException();
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
