package org.ferry.migrate;

/** The ledger's database could not do what was asked; the message says what and the remedy. */
public final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure with its cause.
   *
   * @param message one or two sentences: what, where, remedy
   * @param cause what the driver said
   */
  public LedgerException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A failure without a cause of its own.
   *
   * @param message one or two sentences: what, where, remedy
   */
  public LedgerException(String message) {
    super(message);
  }
}
