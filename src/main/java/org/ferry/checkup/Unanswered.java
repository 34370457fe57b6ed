package org.ferry.checkup;

import org.jspecify.annotations.Nullable;

/** The homeserver gave no answer to a probe; the message says why in a few words. */
final class Unanswered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unanswered(String reason, @Nullable Throwable cause) {
    super(reason, cause);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
