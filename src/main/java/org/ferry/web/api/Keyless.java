package org.ferry.web.api;

/** A message that came without a key could not be sent now; it may be kept, and be sent later. */
final class Keyless extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final RuntimeException cause;
  private final String key;

  /**
   * What happened.
   *
   * @param cause why it was not sent
   * @param key that Ferry gave it
   */
  Keyless(RuntimeException cause, String key) {
    super(cause.getMessage(), cause, false, false);
    this.cause = cause;
    this.key = key;
  }

  RuntimeException cause() {
    return cause;
  }

  String key() {
    return key;
  }
}
