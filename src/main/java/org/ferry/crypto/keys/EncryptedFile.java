package org.ferry.crypto.keys;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * What opens an encrypted file: the {@code file} of an event, or its {@code thumbnail_file}, which
 * has a key of its own (specification, "Sending encrypted attachments", version v2).
 */
public final class EncryptedFile {
  private static final int KEY = 32;
  private static final int IV = 16;
  private static final int HASH = 32;
  private static final int BUFFER = 1 << 16;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final byte[] key;
  private final byte[] iv;
  private final byte[] sha256;

  private EncryptedFile(byte[] key, byte[] iv, byte[] sha256) {
    this.key = key;
    this.iv = iv;
    this.sha256 = sha256;
  }

  /**
   * Reads what an event says.
   *
   * @param file the event's {@code file}
   * @throws KeyException where something is missing, of another version or not as it must be
   */
  public static EncryptedFile of(JsonNode file) {
    JsonNode key = file.path("key");
    require(file.path("v").asText().equals("v2"), "is not of version v2");
    require(key.path("alg").asText().equals("A256CTR"), "does not use A256CTR");
    require(key.path("kty").asText().equals("oct"), "has a key of another kind");
    EncryptedFile found =
        new EncryptedFile(
            bytes(key.path("k"), KEY, "key"),
            bytes(file.path("iv"), IV, "iv"),
            bytes(file.path("hashes").path("sha256"), HASH, "SHA-256"));
    // Those who count in 64 bits would decrypt something else.
    require(
        Arrays.equals(found.iv, IV / 2, IV, new byte[IV / 2], 0, IV / 2),
        "has a counter that does not begin at zero");
    return found;
  }

  private static byte[] bytes(JsonNode text, int length, String what) {
    byte[] bytes = new byte[0];
    try {
      bytes = Base64s.decode(text.asText());
    } catch (IllegalArgumentException e) {
      // reason: the sentence below says it.
    }
    require(bytes.length == length, "has no " + what + " of " + length + " bytes");
    return bytes;
  }

  private static void require(boolean good, String what) {
    if (!good) {
      throw new KeyException("the encrypted file " + what);
    }
  }

  /**
   * Decrypts a file: its hash is checked over all of it before a single byte is given out.
   *
   * @param file the encrypted bytes, on this machine: they are read twice
   * @param clear takes the clear bytes; stays the caller's
   * @throws KeyException where the bytes are not those that the event means; nothing was written
   * @throws IOException where something cannot be read or written
   */
  public void decrypt(Reopened file, OutputStream clear) throws IOException {
    try (InputStream in = open(file)) {
      long unused = in.transferTo(clear);
    }
  }

  /**
   * Opens a file: its hash is checked over all of it before a single byte is given out.
   *
   * @param file the encrypted bytes, on this machine: they are read twice
   * @return the clear bytes, as many; the caller closes them
   * @throws KeyException where the bytes are not those that the event means
   * @throws IOException where something cannot be read
   */
  public InputStream open(Reopened file) throws IOException {
    MessageDigest hash = Primitives.sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = file.open()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
    }
    require(
        MessageDigest.isEqual(hash.digest(), sha256),
        "is not the one that the event means: its hash differs");
    return new Opened(file.open(), new Counting(key, iv, 128));
  }

  /** Deciphers what is read. */
  private static final class Opened extends FilterInputStream {
    private final Counting cipher;

    Opened(InputStream sealed, Counting cipher) {
      super(sealed);
      this.cipher = cipher;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int size) throws IOException {
      int n = in.read(to, from, size);
      if (n > 0) {
        cipher.apply(to, from, n);
      }
      return n;
    }

    @Override
    public long skip(long bytes) throws IOException {
      // The counter counts what is read.
      return readNBytes((int) Math.min(bytes, BUFFER)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  /**
   * Encrypts a file under a new key.
   *
   * @param clear the clear bytes; stays the caller's
   * @param file takes the encrypted bytes; stays the caller's
   * @return what an event says of it, without {@code url}
   * @throws IOException where something cannot be read or written
   */
  public static ObjectNode encrypt(InputStream clear, OutputStream file) throws IOException {
    byte[] random = new byte[KEY + IV / 2];
    new SecureRandom().nextBytes(random);
    byte[] key = Arrays.copyOf(random, KEY);
    byte[] iv = Arrays.copyOf(Arrays.copyOfRange(random, KEY, random.length), IV);
    Counting cipher = new Counting(key, iv, 128);
    MessageDigest hash = Primitives.sha256();
    byte[] buffer = new byte[BUFFER];
    for (int n = clear.read(buffer); n >= 0; n = clear.read(buffer)) {
      cipher.apply(buffer, 0, n);
      hash.update(buffer, 0, n);
      file.write(buffer, 0, n);
    }
    ObjectNode said = JSON.createObjectNode().put("v", "v2").put("iv", Base64s.encode(iv));
    said.putObject("hashes").put("sha256", Base64s.encode(hash.digest()));
    ObjectNode jwk =
        said.putObject("key")
            .put("kty", "oct")
            .put("alg", "A256CTR")
            .put("k", Base64.getUrlEncoder().withoutPadding().encodeToString(key))
            .put("ext", true);
    jwk.putArray("key_ops").add("encrypt").add("decrypt");
    return said;
  }

  @Override
  public String toString() {
    return "EncryptedFile[REDACTED]";
  }
}
