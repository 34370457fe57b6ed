package org.ferry.live.sending;

/** A message was accepted and is kept, but could not be sent so far; the sentence says why. */
public final class NotYet extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotYet(String sentence) {
    super(sentence);
  }
}
