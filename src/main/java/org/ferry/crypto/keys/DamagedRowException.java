package org.ferry.crypto.keys;

/**
 * A row of the database that does not open although the key that protects it is there: it was
 * changed, or a disk spoiled it. Whoever meets one goes on without it.
 */
public final class DamagedRowException extends KeyException {
  private static final long serialVersionUID = 1L;

  /** With a message for a person, which names the row, and what lies behind it. */
  public DamagedRowException(String message, Throwable cause) {
    super(message, cause);
  }
}
