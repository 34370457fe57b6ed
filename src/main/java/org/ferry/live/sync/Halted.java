package org.ferry.live.sync;

import org.ferry.live.accounts.Identity.State;

/**
 * A user cannot be followed until somebody does something; the message says what, in one sentence.
 */
public final class Halted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final State state;

  Halted(State state, String message) {
    super(message);
    this.state = state;
  }

  /** How things stand then. */
  public State state() {
    return state;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
