package org.ferry.crypto;

import java.time.Duration;
import java.time.Instant;

/**
 * Uploads that have no effect: a homeserver that takes a signature and never shows it, or refuses
 * it, is given the same again later and later, and that is said once. One upload is remembered, for
 * one is wanted at a time. For one thread at a time.
 */
final class Insistence {
  /** One that works shows at once; another process of the homeserver may be a moment late. */
  static final Duration FIRST = Duration.ofSeconds(10);

  static final Duration LONGEST = Duration.ofHours(6);

  /** After so many times without effect it is said, where nothing was refused. */
  private static final int SAID_AFTER = 3;

  private String upload = "";
  private int times;
  private Instant last = Instant.EPOCH;
  private String said = "";

  /** Whether an upload may be made now; another one than the last may at once. */
  boolean isDue(String id, Instant now) {
    return !id.equals(upload) || !Clocks.lasts(last, pause(), now);
  }

  private Duration pause() {
    Duration pause = FIRST.multipliedBy(1L << Math.min(Math.max(0, times - 1), 20));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }

  /** An upload was made; whether it was made so often that its lack of effect is to be said. */
  boolean made(String id, Instant now) {
    if (!id.equals(upload)) {
      upload = id;
      times = 0;
    }
    times++;
    last = now;
    return times >= SAID_AFTER;
  }

  /** What was uploaded shows: what is wanted next begins anew. */
  void shown() {
    upload = "";
    times = 0;
  }

  /** Says something, unless it is what was said last. */
  void say(String sentence, Turn turn) {
    if (!sentence.equals(said)) {
      said = sentence;
      turn.alarm(sentence);
    }
  }
}
