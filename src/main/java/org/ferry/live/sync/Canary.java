package org.ferry.live.sync;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a homeserver that has silently stopped to push: it answers and its ping comes through,
 * but transactions stay away, because an earlier one failed and it waits, or lost its queue. Where
 * nothing came in for a while the bot writes an event of its own, which must come back. Until
 * pushes are back rooms are read instead, so that what is said is late and not lost.
 */
final class Canary {
  private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

  /**
   * How patient it is.
   *
   * @param quiet after what time without a transaction it sings
   * @param answer how long its song may take to come back
   * @param tick how often it looks; while nothing is pushed, how often rooms are read
   */
  record Timing(Duration quiet, Duration answer, Duration tick) {
    static final Timing USUAL =
        new Timing(Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofSeconds(15));
  }

  /** What it hears and does. */
  interface Cage {
    /** The number of the newest transaction, which only grows; 0 for none. */
    long newest();

    /** Writes an event that must be pushed. */
    void sing(Instant at);

    /** Reads all followed rooms. */
    void read();
  }

  private final Cage cage;
  private final Timing timing;
  private final InstantSource clock;
  private final Consumer<PushState> told;

  /** When it sang, and nothing has been heard since. */
  private @Nullable Instant sung;

  /** The newest transaction, and since when it is; by this clock, whatever the taker's said. */
  private long newest;

  /** Whether something was pushed that did not come. */
  private volatile boolean suspicious;

  private @Nullable Instant quietSince;
  private @Nullable Instant silentSince;

  Canary(Cage cage, Timing timing, InstantSource clock, Consumer<PushState> told) {
    this.cage = cage;
    this.timing = timing;
    this.clock = clock;
    this.told = told;
  }

  /** Watches until the thread is interrupted. */
  void run() throws InterruptedException {
    while (true) {
      look();
      Thread.sleep(timing.tick());
    }
  }

  /** Tells that something did not come that must have been pushed; from any thread. */
  void suspect() {
    suspicious = true;
  }

  /** Looks once. */
  void look() {
    Instant now = clock.instant();
    long heard = cage.newest();
    if (quietSince == null || heard > newest) {
      newest = heard;
      quietSince = now;
      if (sung != null) {
        sung = null;
        back();
      }
    }
    if (sung == null) {
      listen(now, quietSince);
    } else if (silentSince != null || now.isAfter(sung.plus(timing.answer()))) {
      silent(now, sung);
    }
  }

  private void listen(Instant now, Instant since) {
    if (newest == 0 || suspicious || now.isAfter(since.plus(timing.quiet()))) {
      sing(now);
    } else {
      told.accept(PushState.PUSHES);
    }
  }

  private void sing(Instant now) {
    cage.sing(now);
    suspicious = false;
    sung = now;
  }

  private void silent(Instant now, Instant since) {
    if (silentSince == null) {
      silentSince = since;
      PushState silent = PushState.silent(since);
      told.accept(silent);
      LOG.warn("event=pushes_stopped {}", silent.detail());
    }
    cage.read();
    if (now.isAfter(since.plus(timing.quiet()))) {
      // A homeserver that was restarted has forgotten the last song.
      sing(now);
    }
  }

  private void back() {
    if (silentSince != null) {
      LOG.info("event=pushes_back since={}", silentSince);
      silentSince = null;
    }
    told.accept(PushState.PUSHES);
  }
}
