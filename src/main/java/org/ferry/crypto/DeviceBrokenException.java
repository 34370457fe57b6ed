package org.ferry.crypto;

/** A device that must not be used any more; the message is one sentence with the remedy. */
public final class DeviceBrokenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Makes one.
   *
   * @param message what is wrong, and what to do
   */
  public DeviceBrokenException(String message) {
    super(message);
  }
}
