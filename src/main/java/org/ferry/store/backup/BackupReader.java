package org.ferry.store.backup;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.ferry.id.Sha256;

/** Reads what {@link BackupWriter} wrote, and holds it against its checksum. */
final class BackupReader {
  private static final int LONGEST_TEXT = 1 << 20;
  private static final int LONGEST_CHUNK = 1 << 26;
  private static final int BUFFER = 64 * 1024;
  private static final String KIND = "ferry-backup ";

  private final MessageDigest digest = Sha256.digest();
  private final InputStream plain;
  private final DataInputStream in;
  private final String head;

  /**
   * Begins to read.
   *
   * @param from the file; not closed
   * @throws BackupException where it is no backup or one of a newer Ferry
   */
  BackupReader(InputStream from) throws IOException {
    byte[] magic = from.readNBytes(BackupWriter.MAGIC.length());
    String first = new String(magic, StandardCharsets.US_ASCII);
    if (!first.startsWith(KIND)) {
      throw new BackupException(
          "this is no backup of Ferry's; ferry backup FILE makes one. Nothing was changed.");
    }
    if (!first.equals(BackupWriter.MAGIC)) {
      throw new BackupException(
          "this backup was made by a newer Ferry (%s); use that version or a newer one. Nothing was changed."
              .formatted(first.strip()));
    }
    plain = new BufferedInputStream(new GZIPInputStream(from, BUFFER), BUFFER);
    in = new DataInputStream(new DigestInputStream(plain, digest));
    head = text();
  }

  /** The JSON object about the whole. */
  String head() {
    return head;
  }

  private String text() throws IOException {
    return new String(bytes(in.readInt(), LONGEST_TEXT), StandardCharsets.UTF_8);
  }

  private byte[] bytes(int length, int most) throws IOException {
    if (length < 0 || length > most) {
      throw new IOException("a length of " + length);
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("it ends in the middle");
    }
    return bytes;
  }

  /** The JSON object about the next table; empty at the end, whose checksum was right then. */
  Optional<String> next() throws IOException {
    int mark = in.readInt();
    if (mark == BackupWriter.TABLE) {
      return Optional.of(text());
    }
    if (mark != BackupWriter.END) {
      throw new IOException("a mark of " + mark);
    }
    byte[] found = digest.digest();
    byte[] noted = plain.readNBytes(found.length);
    if (!Arrays.equals(found, noted) || plain.read() >= 0) {
      throw new IOException("its checksum is not right");
    }
    return Optional.empty();
  }

  /** The next piece of the table's rows; empty at its end. */
  Optional<byte[]> chunk() throws IOException {
    int length = in.readInt();
    return length == 0 ? Optional.empty() : Optional.of(bytes(length, LONGEST_CHUNK));
  }
}
