package org.ferry.store.embedded;

/** The embedded PostgreSQL cannot be used; the message names what, where and the remedy. */
public final class EmbeddedPostgresException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final String USE_EXTERNAL = "set database.url to an external PostgreSQL (14 to 18)";

  /**
   * A failure without a cause of its own.
   *
   * @param message what, where, remedy
   */
  public EmbeddedPostgresException(String message) {
    super(message);
  }

  /**
   * A failure with its cause.
   *
   * @param message what, where, remedy
   * @param cause what the system said
   */
  public EmbeddedPostgresException(String message, Throwable cause) {
    super(message, cause);
  }
}
