package org.ferry.crypto;

/** Another process has taken over the device; nothing was written. */
public final class FencedOutException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Says whose device it is.
   *
   * @param device which
   */
  public FencedOutException(DeviceRef device) {
    super("another ferry process works with the device %s now; this one stops".formatted(device));
  }
}
