package org.ferry.store.backup;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.zip.GZIPOutputStream;
import org.ferry.id.Sha256;

/**
 * Writes a backup: a line that says what it is, then gzip of a head, tables in chunks, an end mark
 * and the SHA-256 of all that. Texts are JSON with their length before them.
 */
final class BackupWriter {
  /** The first line; its number grows when an older Ferry could not read the rest. */
  static final String MAGIC = "ferry-backup 1\n";

  /** What stands before a table. */
  static final int TABLE = 1;

  /** What stands before the end. */
  static final int END = 0;

  private static final int CHUNK = 64 * 1024;

  private final MessageDigest digest = Sha256.digest();
  private final GZIPOutputStream gzip;
  private final DataOutputStream out;

  /**
   * Begins a backup.
   *
   * @param to where it goes; not closed
   * @param head a JSON object about the whole
   */
  BackupWriter(OutputStream to, String head) throws IOException {
    to.write(MAGIC.getBytes(StandardCharsets.US_ASCII));
    gzip = new GZIPOutputStream(to, CHUNK);
    out = new DataOutputStream(new DigestOutputStream(gzip, digest));
    text(head);
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * Begins a table; what is written to the stream is its rows, and closing it ends the table.
   *
   * @param description a JSON object about the table
   */
  OutputStream table(String description) throws IOException {
    out.writeInt(TABLE);
    text(description);
    return new BufferedOutputStream(new Chunks(), CHUNK);
  }

  /** Ends the backup. */
  void end() throws IOException {
    out.writeInt(END);
    out.flush();
    gzip.write(digest.digest());
    gzip.finish();
  }

  private final class Chunks extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (length > 0) {
        out.writeInt(length);
        out.write(bytes, from, length);
      }
    }

    @Override
    public void close() throws IOException {
      out.writeInt(0);
    }
  }
}
