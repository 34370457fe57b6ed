package org.ferry.live.sync;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.live.Signal;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.SyncRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that the homeserver died, however soon it is back: what it had not pushed it has
 * forgotten then, and it begins with what is said later. A question that it answers only when there
 * is something new is under way all the time; where it breaks off, whoever reads rooms is woken as
 * soon as there are answers again. One thread watches, and does nothing else, so that it misses no
 * death; any may ask how often it happened.
 */
final class Vigil {
  private static final Logger LOG = LoggerFactory.getLogger(Vigil.class);

  /** Between two questions; no homeserver is back from the dead so soon. */
  private static final Duration BREATH = Duration.ofMillis(500);

  private final Intent hasty;
  private final AtomicLong deaths = new AtomicLong();
  private boolean away;

  /**
   * A vigil.
   *
   * @param hasty the bot, on the homeserver that is asked once and not again
   */
  Vigil(Intent hasty) {
    this.hasty = hasty;
  }

  /** How often the homeserver died, as far as was noticed; a network that broke off counts. */
  long deaths() {
    return deaths.get();
  }

  /**
   * Watches until the thread is interrupted.
   *
   * @param back woken when the homeserver answers again after it died
   * @throws HomeserverFailure where the homeserver refuses the question for good
   */
  void run(Signal back) throws InterruptedException {
    LongPoll poll = new LongPoll();
    String since = null;
    while (true) {
      long asked = System.nanoTime();
      try {
        boolean waits = since != null;
        since = ask(since, waits ? poll.limit() : Duration.ZERO);
        if (waits) {
          poll.answered(Duration.ofNanos(System.nanoTime() - asked));
        }
        if (away) {
          LOG.info("event=homeserver_back rooms are read for what it had not pushed before");
          away = false;
          back.wake();
        }
      } catch (HomeserverFailure e) {
        boolean waited = since != null;
        since = null;
        if (!(waited && poll.broke(Duration.ofNanos(System.nanoTime() - asked)))) {
          died();
        }
        if (!e.mayResolve()) {
          throw e;
        }
      }
      Thread.sleep(BREATH);
    }
  }

  private @Nullable String ask(@Nullable String since, Duration wait) {
    var answer = hasty.sync(new SyncRequest(since, Filters.visit(), wait));
    return answer.path("next_batch").textValue();
  }

  private void died() {
    if (!away) {
      away = true;
      long unused = deaths.incrementAndGet();
    }
  }
}
