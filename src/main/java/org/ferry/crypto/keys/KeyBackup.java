package org.ferry.crypto.keys;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * The private half of a server-side backup of room keys, m.megolm_backup.v1.curve25519-aes-sha2.
 *
 * <p>Its MAC is over nothing: the format was fixed by an implementation that forgot the ciphertext,
 * and everybody writes it so. It proves knowledge of the public key at most, so that what comes out
 * is never authentic. Immutable.
 */
public final class KeyBackup {
  /** The algorithm in a backup's version. */
  public static final String ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2";

  private static final int KEY = 32;
  private static final int IV = 16;
  private static final int MAC = 8;
  private static final byte[] NOTHING = new byte[0];
  private static final Pattern NUMBERS = Pattern.compile("\\d{1,3}(,\\d{1,3}){31}");

  /** No buffer keeps a session's key for the next one who reads. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder().recyclerPool(JsonRecyclerPools.nonRecyclingPool()).build());

  private final byte[] secret;
  private final byte[] publicKey;

  private KeyBackup(byte[] secret) {
    this.secret = secret;
    this.publicKey = new byte[KEY];
    X25519.scalarMultBase(secret, 0, publicKey, 0);
  }

  /**
   * From the private key's bytes.
   *
   * @param secret 32 bytes; copied
   */
  public static KeyBackup of(byte[] secret) {
    if (secret.length != KEY) {
      throw new KeyException(
          "the private key of a backup has 32 bytes, not %d".formatted(secret.length));
    }
    return new KeyBackup(secret.clone());
  }

  /**
   * From the text that secret storage keeps as {@code m.megolm_backup.v1}.
   *
   * @param text base64; or the bytes as numbers with commas, as a client of 2020 wrote them
   */
  public static KeyBackup ofText(String text) {
    try {
      return of(NUMBERS.matcher(text.strip()).matches() ? numbers(text) : Base64s.decode(text));
    } catch (IllegalArgumentException e) {
      throw new KeyException("the backup's key in the account's secret storage is not base64", e);
    }
  }

  private static byte[] numbers(String text) {
    String[] words = text.strip().split(",", -1);
    byte[] bytes = new byte[words.length];
    for (int i = 0; i < words.length; i++) {
      int number = Integer.parseInt(words[i]);
      if (number > 0xff) {
        throw new KeyException("the backup's key in the account's secret storage is none");
      }
      bytes[i] = (byte) number;
    }
    return bytes;
  }

  /** The public half, as {@code auth_data.public_key} has it. */
  public String publicKey() {
    return Base64s.encode(publicKey);
  }

  /**
   * Checks that a version of a backup is this key's; before that nothing of it is downloaded.
   *
   * @param algorithm the version's
   * @param authData the version's
   * @throws KeyException where it is another's
   */
  public void check(String algorithm, JsonNode authData) {
    if (!algorithm.equals(ALGORITHM)) {
      throw new KeyException("the backup uses %s, which Ferry does not know".formatted(algorithm));
    }
    if (!MessageDigest.isEqual(publicKey(authData), publicKey)) {
      throw new KeyException(
          "this key is not the key of the backup: their public keys differ. Nothing was taken from it; give the recovery key that belongs to the account's present backup.");
    }
  }

  /**
   * Whether a version of a backup clearly is another key's: it names a key, and not this one.
   *
   * @param algorithm the version's
   * @param authData the version's
   */
  public boolean isOfAnother(String algorithm, JsonNode authData) {
    byte[] theirs = publicKey(authData);
    return algorithm.equals(ALGORITHM)
        && theirs.length == KEY
        && !MessageDigest.isEqual(theirs, publicKey);
  }

  private static byte[] publicKey(JsonNode authData) {
    try {
      return Base64s.decode(authData.path("public_key").asText());
    } catch (IllegalArgumentException e) {
      // reason: what is no base64 is nobody's key.
      return NOTHING;
    }
  }

  /**
   * Opens one entry.
   *
   * @param sessionData {@code ephemeral}, {@code ciphertext}, {@code mac}
   * @return the session: {@code algorithm}, {@code sender_key}, {@code session_key}, …; empty where
   *     it does not open
   */
  public Optional<JsonNode> open(JsonNode sessionData) {
    try {
      byte[] shared = agree(Base64s.decode(sessionData.path("ephemeral").asText()));
      byte[] mac = Base64s.decode(sessionData.path("mac").asText());
      byte[] ciphertext = Base64s.decode(sessionData.path("ciphertext").asText());
      if (shared.length == 0) {
        return Optional.empty();
      }
      byte[][] keys = keys(shared);
      byte[] expected = Arrays.copyOf(Primitives.hmac(keys[1], NOTHING), MAC);
      if (!MessageDigest.isEqual(expected, mac)) {
        return Optional.empty();
      }
      JsonNode session = JSON.readTree(Primitives.aesCbcDecrypt(keys[0], keys[2], ciphertext));
      return Optional.ofNullable(session).filter(JsonNode::isObject);
    } catch (IllegalArgumentException | GeneralSecurityException | java.io.IOException e) {
      // reason: whatever is wrong with an entry, it is skipped and counted.
      return Optional.empty();
    }
  }

  /**
   * Makes one entry.
   *
   * @param session what {@link #open} gives
   * @return {@code ephemeral}, {@code ciphertext}, {@code mac}
   */
  public ObjectNode seal(JsonNode session) {
    byte[] ephemeral = new byte[KEY];
    byte[] theirs = new byte[KEY];
    byte[] shared = new byte[KEY];
    new SecureRandom().nextBytes(ephemeral);
    X25519.scalarMultBase(ephemeral, 0, theirs, 0);
    if (!X25519.calculateAgreement(ephemeral, 0, publicKey, 0, shared, 0)) {
      throw new KeyException("the backup's public key is of low order");
    }
    byte[][] keys = keys(shared);
    try {
      byte[] ciphertext =
          Primitives.aesCbcEncrypt(keys[0], keys[2], JSON.writeValueAsBytes(session));
      return JSON.createObjectNode()
          .put("ephemeral", Base64s.encode(theirs))
          .put("ciphertext", Base64s.encode(ciphertext))
          .put("mac", Base64s.encode(Arrays.copyOf(Primitives.hmac(keys[1], NOTHING), MAC)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a session is no JSON", e);
    }
  }

  /** Empty where the point is none, or of low order. */
  private byte[] agree(byte[] point) {
    byte[] shared = new byte[KEY];
    return point.length == KEY && X25519.calculateAgreement(secret, 0, point, 0, shared, 0)
        ? shared
        : NOTHING;
  }

  /** The keys for AES and for the MAC, and the IV. */
  private static byte[][] keys(byte[] shared) {
    byte[] all = Primitives.hkdf(shared, new byte[KEY], "", 2 * KEY + IV);
    return new byte[][] {
      Arrays.copyOf(all, KEY),
      Arrays.copyOfRange(all, KEY, 2 * KEY),
      Arrays.copyOfRange(all, 2 * KEY, 2 * KEY + IV)
    };
  }
}
