package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import org.ferry.source.packed.Compression;
import org.jspecify.annotations.Nullable;

/** What a file is, told by its first bytes and never by its name. */
enum FileKind {
  /** Nothing at all. */
  EMPTY("is empty", "Take the dump again; pg_dump may have been stopped or refused."),
  /** Compressed in a way that Ferry reads. */
  COMPRESSED(null, null),
  /** Readable text, hopefully SQL. */
  TEXT(null, null),
  /** pg_dump -Fc. */
  CUSTOM(
      "is a dump in pg_dump's custom format, which Ferry does not read yet",
      "Turn it into text: pg_restore -f dump.sql FILE, then give Ferry dump.sql."),
  /** pg_dump -Ft. */
  DUMP_TAR(
      "is a dump in pg_dump's tar format, which Ferry does not read yet",
      "Turn it into text: pg_restore -f dump.sql FILE, then give Ferry dump.sql."),
  /** Any other tar. */
  TAR(
      "is a tar archive",
      "Give Ferry the dump itself; a tar of the media store belongs to --media."),
  /** Zip. */
  ZIP("is a zip archive", "Unpack it and give Ferry the dump itself; .gz, .zst and .xz it reads."),
  /** bzip2, lz4, 7z. */
  OTHER_COMPRESSION(
      "is compressed in a way Ferry does not read",
      "Uncompress it first, or compress it with gzip, zstd or xz."),
  /** Synapse's other database. */
  SQLITE(
      "is an SQLite database",
      "Move it to PostgreSQL with synapse_port_db and take a pg_dump of that."),
  /** What PowerShell's arrow makes of text. */
  UTF16(
      "is text in UTF-16, as PowerShell's > writes it",
      "Take the dump with pg_dump -f dump.sql instead of the arrow."),
  /** Bytes that mean nothing here. */
  BINARY(
      "is neither text nor a compression Ferry knows",
      "Give Ferry what pg_dump wrote, as it is or as .gz, .zst or .xz.");

  /** How many first bytes are needed to tell. */
  static final int HEAD = 4096;

  private static final int TAR_MAGIC = 257;

  private final @Nullable String refusal;
  private final @Nullable String remedy;

  FileKind(@Nullable String refusal, @Nullable String remedy) {
    this.refusal = refusal;
    this.remedy = remedy;
  }

  /** Why such a file cannot be read, with the remedy; null where it can. */
  @Nullable String refusal(String label) {
    return refusal == null ? null : label + " " + refusal + ". " + remedy;
  }

  /** Tells the kind by the first bytes of a file: {@link #HEAD} of them, or all it has. */
  static FileKind of(byte[] head) {
    if (head.length == 0) {
      return EMPTY;
    }
    FileKind magic = byMagic(head);
    return magic != null ? magic : isText(head) ? TEXT : BINARY;
  }

  private static @Nullable FileKind byMagic(byte[] h) {
    if (Compression.of(h) != Compression.NONE) {
      return COMPRESSED;
    }
    if (begins(h, 0, "PGDMP")) {
      return CUSTOM;
    }
    if (begins(h, 0, "SQLite format 3\0")) {
      return SQLITE;
    }
    if (begins(h, TAR_MAGIC, "ustar")) {
      return begins(h, 0, "toc.dat\0") ? DUMP_TAR : TAR;
    }
    if (begins(h, 0, "PK\u0003\u0004") || begins(h, 0, "PK\u0005\u0006")) {
      return ZIP;
    }
    if (begins(h, 0, "BZh") || begins(h, 0, "7z\u00bc\u00af") || begins(h, 0, "\u0004\"M\u0018")) {
      return OTHER_COMPRESSION;
    }
    return begins(h, 0, "\u00ff\u00fe") || begins(h, 0, "\u00fe\u00ff") ? UTF16 : null;
  }

  private static boolean begins(byte[] head, int at, String magic) {
    byte[] wanted = magic.getBytes(StandardCharsets.ISO_8859_1);
    if (head.length < at + wanted.length) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (head[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Only the very beginning counts: further on a control byte is a broken row, not another kind.
   */
  private static boolean isText(byte[] head) {
    for (int i = 0; i < Math.min(head.length, 128); i++) {
      byte b = head[i];
      if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f') {
        return false;
      }
    }
    return true;
  }
}
