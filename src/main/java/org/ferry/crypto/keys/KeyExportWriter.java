package org.ferry.crypto.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import org.ferry.id.Secret;

/**
 * Writes a key export, a session at a time, as clients read it. For one thread. Only {@link #end}
 * makes it whole.
 */
public final class KeyExportWriter {
  /** As Element does. */
  private static final int ITERATIONS = 500_000;

  private static final int LINE = 96;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OutputStream out;
  private final OutputStream base64;
  private final Counting cipher;
  private final Mac mac;
  private boolean first = true;

  /**
   * Begins a file.
   *
   * @param out where it goes; stays the caller's
   * @param passphrase that opens it
   * @throws IOException where it cannot be written
   */
  public KeyExportWriter(OutputStream out, Secret passphrase) throws IOException {
    byte[] random = new byte[KeyExportFile.SALT + KeyExportFile.IV];
    new SecureRandom().nextBytes(random);
    // Bit 63 of the counter is zero, so that those who count in 64 bits read the same.
    random[KeyExportFile.SALT + 8] &= 0x7f;
    byte[] salt = Arrays.copyOf(random, KeyExportFile.SALT);
    byte[] iv = Arrays.copyOfRange(random, KeyExportFile.SALT, random.length);
    byte[] keys =
        Passphrases.derive(passphrase, salt, ITERATIONS, 2 * KeyExportFile.KEY, "the export");
    this.out = new BufferedOutputStream(out);
    this.cipher = new Counting(Arrays.copyOf(keys, KeyExportFile.KEY), iv, 128);
    this.mac = Primitives.hmac(Arrays.copyOfRange(keys, KeyExportFile.KEY, 2 * KeyExportFile.KEY));
    this.out.write((Armor.BEGIN + "\n").getBytes(StandardCharsets.US_ASCII));
    this.base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).wrap(new StaysOpen(this.out));
    byte[] head =
        ByteBuffer.allocate(KeyExportFile.HEAD)
            .put((byte) KeyExportFile.VERSION)
            .put(random)
            .putInt(ITERATIONS)
            .array();
    covered(head);
    clear("[");
  }

  private void covered(byte[] bytes) throws IOException {
    mac.update(bytes);
    base64.write(bytes);
  }

  private void clear(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    cipher.apply(bytes, 0, bytes.length);
    covered(bytes);
  }

  /** Writes a session. */
  public void add(JsonNode session) throws IOException {
    clear((first ? "" : ",") + JSON.writeValueAsString(session));
    first = false;
  }

  /** Writes the end: without it nobody opens the file. */
  public void end() throws IOException {
    clear("]");
    base64.write(mac.doFinal());
    base64.close();
    out.write(("\n" + Armor.END + "\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  /** The encoder writes its last characters when it is closed; what lies below goes on. */
  private static final class StaysOpen extends FilterOutputStream {
    StaysOpen(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() {
      // The encoder has written everything; the stream goes on.
    }
  }
}
