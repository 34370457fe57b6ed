package org.ferry.crypto.keys;

/**
 * A key, passphrase or file of keys that cannot be used. The message is for a person: what it is
 * about and what to do; it never holds a secret.
 */
public class KeyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person. */
  public KeyException(String message) {
    super(message);
  }

  /** With a message for a person and what lies behind it. */
  public KeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
