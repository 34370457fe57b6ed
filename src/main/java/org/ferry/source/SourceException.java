package org.ferry.source;

import org.jspecify.annotations.Nullable;

/** A source that cannot be read as a whole; the message names what, where and the remedy. */
public final class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure without a cause of its own.
   *
   * @param message one or two sentences: what, where, remedy
   */
  public SourceException(String message) {
    super(message);
  }

  /**
   * A failure with its cause.
   *
   * @param message one or two sentences: what, where, remedy
   * @param cause what the library or system said, null where nothing did
   */
  public SourceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
