package org.ferry.crypto.keys;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.crypto.Mac;
import org.ferry.id.Secret;

/**
 * A file of room keys as clients export it (specification, "Key exports"). It is read three times,
 * a piece at a time: its length, its MAC, and only then what it says. Immutable.
 */
public final class KeyExportFile {
  static final int VERSION = 1;
  static final int SALT = 16;
  static final int IV = 16;
  static final int HEAD = 1 + SALT + IV + 4;
  static final int MAC = 32;
  static final int KEY = 32;

  private static final int BUFFER = 1 << 16;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Reopened file;
  private final byte[] head;
  private final byte[] aesKey;
  private final long length;

  private KeyExportFile(Reopened file, byte[] head, byte[] aesKey, long length) {
    this.file = file;
    this.head = head;
    this.aesKey = aesKey;
    this.length = length;
  }

  /**
   * Unlocks a file: the MAC over all of it is checked before anything is decrypted.
   *
   * @param file the file
   * @param passphrase that it was exported with
   * @return the file, ready to be read
   * @throws KeyException where it is no key export, damaged, or the passphrase is another; the
   *     message continues a sentence that begins with the file's name
   * @throws IOException where it cannot be read
   */
  public static KeyExportFile unlock(Reopened file, Secret passphrase) throws IOException {
    long all = 0;
    byte[] head;
    try (InputStream in = armor(file)) {
      head = in.readNBytes(HEAD);
      checkHead(head);
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer, 0, BUFFER); n >= 0; n = in.read(buffer, 0, BUFFER)) {
        all += n;
      }
    }
    if (all < MAC) {
      throw new KeyException("is damaged: it was cut off");
    }
    byte[] keys = keys(head, passphrase);
    byte[] macKey = Arrays.copyOfRange(keys, KEY, 2 * KEY);
    checkMac(file, macKey, HEAD + all - MAC);
    return new KeyExportFile(file, head, Arrays.copyOf(keys, KEY), all - MAC);
  }

  private static InputStream armor(Reopened file) throws IOException {
    return new Armor(new BufferedInputStream(file.open(), BUFFER));
  }

  private static void checkHead(byte[] head) {
    if (head.length < HEAD) {
      throw new KeyException("is damaged: it was cut off");
    }
    if (head[0] != VERSION) {
      throw new KeyException(
          "is a key export of version %d; Ferry knows version 1".formatted(head[0] & 0xff));
    }
  }

  private static byte[] keys(byte[] head, Secret passphrase) {
    byte[] salt = Arrays.copyOfRange(head, 1, 1 + SALT);
    long iterations =
        new BigInteger(1, Arrays.copyOfRange(head, 1 + SALT + IV, HEAD)).longValueExact();
    return Passphrases.derive(passphrase, salt, iterations, 2 * KEY, "");
  }

  private static void checkMac(Reopened file, byte[] key, long covered) throws IOException {
    Mac mac = Primitives.hmac(key);
    try (InputStream in = armor(file)) {
      byte[] buffer = new byte[BUFFER];
      for (long left = covered; left > 0; ) {
        int n = in.read(buffer, 0, (int) Math.min(left, BUFFER));
        if (n < 0) {
          throw new EOFException("it became shorter while it was read");
        }
        mac.update(buffer, 0, n);
        left -= n;
      }
      if (!MessageDigest.isEqual(mac.doFinal(), in.readAllBytes())) {
        throw new KeyException("does not open: the passphrase is another, or the file was changed");
      }
    }
  }

  /**
   * Reads the sessions, one after the other.
   *
   * @param each takes each entry of the list, whatever it is
   * @return how many
   * @throws KeyException where what was decrypted is no list
   * @throws IOException where the file cannot be read
   */
  public long read(Consumer<JsonNode> each) throws IOException {
    return parse(counterOf64() ? 64 : 128, each);
  }

  /**
   * A few writers count in 64 bits and drop the carry; that shows only where the counter overflows,
   * and then only one of both gives JSON.
   */
  private boolean counterOf64() throws IOException {
    byte[] low = Arrays.copyOfRange(head, 1 + SALT + IV - 8, 1 + SALT + IV);
    BigInteger blocks = BigInteger.valueOf(length / 16 + 1);
    if (new BigInteger(1, low).add(blocks).bitLength() <= 64) {
      return false;
    }
    try {
      long unused = parse(128, n -> {});
      return false;
    } catch (KeyException e) {
      return true;
    }
  }

  private long parse(int counterBits, Consumer<JsonNode> each) throws IOException {
    long count = 0;
    try (JsonParser parser = JSON.createParser(clear(counterBits))) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new KeyException("holds no list of sessions");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        JsonNode session = parser.readValueAsTree();
        each.accept(session);
        count++;
      }
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      // reason: the parser's words quote what it read, which are keys.
      throw new KeyException("holds no list of sessions: it is no JSON");
    }
    return count;
  }

  private InputStream clear(int counterBits) throws IOException {
    DataInputStream in = new DataInputStream(armor(file));
    in.skipNBytes(HEAD);
    byte[] iv = Arrays.copyOfRange(head, 1 + SALT, 1 + SALT + IV);
    return new Clear(in, new Counting(aesKey, iv, counterBits), length);
  }

  /** Decrypts as it is read, up to the MAC. */
  private static final class Clear extends FilterInputStream {
    private final Counting cipher;
    private long left;

    Clear(InputStream in, Counting cipher, long length) {
      super(in);
      this.cipher = cipher;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int size) throws IOException {
      int n = left == 0 ? -1 : in.read(to, from, (int) Math.min(left, size));
      if (n > 0) {
        cipher.apply(to, from, n);
        left -= n;
      }
      return n;
    }
  }
}
