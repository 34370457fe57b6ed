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
  private int accepted;
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

  /** An upload was taken; whether that was so often that its lack of effect is to be said. */
  boolean accepted(String id, Instant now) {
    made(id, now);
    accepted++;
    return accepted >= SAID_AFTER;
  }

  /** An upload was not taken. */
  void refused(String id, Instant now) {
    made(id, now);
  }

  private void made(String id, Instant now) {
    if (!id.equals(upload)) {
      upload = id;
      times = 0;
      accepted = 0;
    }
    times++;
    last = now;
  }

  /** What was uploaded shows: what is wanted next begins anew, and is said anew. */
  void shown() {
    upload = "";
    times = 0;
    accepted = 0;
    said = "";
  }

  /** Says something, unless it is what was said last. */
  void say(String sentence, Turn turn) {
    if (!sentence.equals(said)) {
      said = sentence;
      turn.alarm(sentence);
    }
  }
}
