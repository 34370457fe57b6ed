package org.ferry.app;

/** An address that Ferry was to listen on cannot be had; the message says why and the remedy. */
public final class ListenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
