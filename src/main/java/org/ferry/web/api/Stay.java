package org.ferry.web.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How long somebody may go on who came in with a token and keeps a stream open: that of a session
 * ends, or its user is removed, while the stream is under way. For one thread.
 */
final class Stay {
  private static final Duration LOOK = Duration.ofSeconds(10);

  private final boolean session;
  private final String shown;
  private final Tokens tokens;
  private final InstantSource clock;
  private Instant next;

  /**
   * Begins now.
   *
   * @param caller who came in
   * @param shown the token
   * @param tokens asked again from time to time
   * @param clock now
   */
  Stay(Caller caller, String shown, Tokens tokens, InstantSource clock) {
    this.session = caller.user() != null;
    this.shown = shown;
    this.tokens = tokens;
    this.clock = clock;
    this.next = clock.instant().plus(LOOK);
  }

  /** Whether the token is good no more; seen within ten seconds. */
  boolean ended() {
    Instant now = clock.instant();
    if (!session || now.isBefore(next)) {
      return false;
    }
    next = now.plus(LOOK);
    try {
      Caller unused = tokens.byToken(shown);
      return false;
    } catch (Problem e) {
      return true;
    }
  }
}
