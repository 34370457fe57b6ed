package org.ferry.app;

/** An address that Ferry was to listen on cannot be had; the message says why and the remedy. */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean taken;

  /**
   * An address that cannot be had.
   *
   * @param taken whether another program listens there
   */
  ListenException(String message, boolean taken, Throwable cause) {
    super(message, cause);
    this.taken = taken;
  }

  /** Whether another program, perhaps another Ferry, listens there. */
  boolean isTaken() {
    return taken;
  }
}
