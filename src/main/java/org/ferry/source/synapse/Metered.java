package org.ferry.source.synapse;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.ferry.id.Sha256;

/** The file as it lies on the disk: counts and hashes its bytes and tells the progress. */
final class Metered extends FilterInputStream {
  private static final long STEP = 1 << 20;

  private final MessageDigest hash = Sha256.digest();
  private final LoadProgress progress;
  private final long total;
  private long count;
  private long told;

  Metered(InputStream in, long total, LoadProgress progress) {
    super(in);
    this.total = total;
    this.progress = progress;
  }

  /** Bytes read so far. */
  long count() {
    return count;
  }

  /** The SHA-256 of the whole file, in hexadecimal; reads what is left of it. Call once. */
  String fingerprint() throws IOException {
    byte[] rest = new byte[1 << 16];
    while (read(rest, 0, rest.length) >= 0) {
      // the hash takes what is read
    }
    return HexFormat.of().formatHex(hash.digest());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int off, int len) throws IOException {
    int n = in.read(b, off, len);
    if (n > 0) {
      hash.update(b, off, n);
      count += n;
    }
    if (count - told >= STEP || (n < 0 && count > told)) {
      told = count;
      progress.at(count, total);
    }
    return n;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
