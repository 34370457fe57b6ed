package org.ferry.checkup;

import java.security.cert.CertPathBuilderException;
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

  /** Whether somebody answered whose certificate is signed by nobody that Java trusts. */
  boolean untrusted() {
    for (Throwable t = getCause(); t != null; t = t.getCause()) {
      if (t instanceof CertPathBuilderException) {
        return true;
      }
    }
    return false;
  }
}
