package org.ferry.lab;

/** A server of the lab does not do what it should; the message names what, where and the remedy. */
public final class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure without a cause of its own.
   *
   * @param message what, where, remedy
   */
  public LabException(String message) {
    super(message);
  }

  /**
   * A failure with its cause.
   *
   * @param message what, where, remedy
   * @param cause what the system said
   */
  public LabException(String message, Throwable cause) {
    super(message, cause);
  }
}
