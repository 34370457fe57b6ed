package org.ferry.webhook;

import java.io.Serial;

/** A post that Ferry itself does not make. The message says why and what to do. */
public final class Refused extends Exception {
  @Serial private static final long serialVersionUID = 1;

  /**
   * A refusal.
   *
   * @param message one sentence for a person
   */
  public Refused(String message) {
    super(message);
  }
}
