package org.ferry.store;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 under the ledger's key: recognises what was forgotten without holding it. Safe for
 * use by many threads.
 */
public final class KeyedHash {
  /** The key's text. */
  static final String KEY = "select key from ferry.forgotten where id = 1";

  private final SecretKeySpec key;

  KeyedHash(String key) {
    this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
  }

  /**
   * The hash under the key of a database's ledger.
   *
   * @throws org.ferry.migrate.LedgerException where the database cannot be used
   */
  public static KeyedHash in(Database database) {
    return new KeyedHash(database.run(KEY).iterator().next().getString(0));
  }

  /** The hash of a text, in hexadecimal digits. */
  public String of(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA256", e);
    }
  }
}
