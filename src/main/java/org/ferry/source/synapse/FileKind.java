package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
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
  /** pg_dump -Fc; read through pg_restore. */
  CUSTOM(null, null),
  /** pg_dump -Ft; read through pg_restore. */
  DUMP_TAR(null, null),
  /** An SQLite database, as small servers have it. */
  SQLITE(null, null),
  /** A tar of what pg_dump -Fd made. */
  FOLDER_TAR(
      "is a tar of a dump in pg_dump's directory format",
      "Unpack it and give Ferry the folder that holds toc.dat."),
  /** A tar of a media store. */
  MEDIA_TAR(
      "is a tar of a media store and holds no dump",
      "Give it with --media, and the dump of the database as SOURCE."),
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
  private static final int TAR_BLOCK = 512;
  private static final Pattern MEDIA_NAME =
      Pattern.compile("(^|/)(media_store|local_content|remote_content|local_thumbnails)/");
  private static final Pattern FOLDER_NAME =
      Pattern.compile("/(toc\\.dat|[0-9]+\\.dat(\\.(gz|lz4|zst))?)\0");

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
      return tar(h);
    }
    if (begins(h, 0, "PK\u0003\u0004") || begins(h, 0, "PK\u0005\u0006")) {
      return ZIP;
    }
    if (begins(h, 0, "BZh") || begins(h, 0, "7z\u00bc\u00af") || begins(h, 0, "\u0004\"M\u0018")) {
      return OTHER_COMPRESSION;
    }
    return begins(h, 0, "\u00ff\u00fe") || begins(h, 0, "\u00fe\u00ff") ? UTF16 : null;
  }

  /** What a tar holds, by the names in it as far as they stand at its beginning. */
  private static FileKind tar(byte[] h) {
    if (begins(h, 0, "toc.dat\0")) {
      return DUMP_TAR;
    }
    for (int at = 0; at + TAR_BLOCK <= h.length; at += TAR_BLOCK) {
      if (begins(h, at + TAR_MAGIC, "ustar")) {
        String name = new String(h, at, 100, StandardCharsets.ISO_8859_1);
        if (MEDIA_NAME.matcher(name).find()) {
          return MEDIA_TAR;
        }
        if (FOLDER_NAME.matcher(name).find()) {
          return FOLDER_TAR;
        }
      }
    }
    return TAR;
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
