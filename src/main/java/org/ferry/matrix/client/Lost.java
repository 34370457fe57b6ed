package org.ferry.matrix.client;

import org.jspecify.annotations.Nullable;

/** One attempt brought no whole answer. */
final class Lost extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is known about the request. */
  enum Kind {
    /** It did not reach the server. */
    NOT_SENT,
    /** It may have been carried out. */
    NO_ANSWER,
    /** No answer in time; it may have been carried out, and the server is slow. */
    TIMEOUT,
    /** This thread was told to stop; it may have been carried out. */
    INTERRUPTED,
    /** It did not reach the server, and waiting cannot help. */
    HOPELESS
  }

  private final Kind kind;

  Lost(Kind kind, String sentence) {
    this(kind, sentence, null);
  }

  Lost(Kind kind, String sentence, @Nullable Throwable cause) {
    super(sentence, cause, false, false);
    this.kind = kind;
  }

  Kind kind() {
    return kind;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
