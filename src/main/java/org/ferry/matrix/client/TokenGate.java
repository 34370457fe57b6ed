package org.ferry.matrix.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests from a homeserver that has stopped to know the application service's token: of
 * those that still want to be sent, one in two minutes asks whether that is so, and the others hear
 * the same at once. A token that never was known is asked for as often as callers like: the
 * registration may be handed over at any moment. Safe for use by many threads.
 */
final class TokenGate {
  private static final Duration PAUSE = Duration.ofMinutes(2);

  private final InstantSource clock;
  private final AtomicReference<@Nullable Refused> refused = new AtomicReference<>();
  private volatile boolean known;
  private volatile Runnable told = () -> {};

  /** A refusal, and when to ask again. */
  private record Refused(MatrixException answer, Instant next) {}

  TokenGate(InstantSource clock) {
    this.clock = clock;
  }

  /** Who hears of each refusal that a homeserver gave; must be quick. */
  void onRefusal(Runnable listener) {
    told = listener;
  }

  /**
   * Sends a call, or says what was said before.
   *
   * @param call what is asked; without a token it always passes
   * @param sending sends it
   */
  Answer pass(Call call, Supplier<Answer> sending) {
    if (!call.authorized()) {
      return sending.get();
    }
    stopIfClosed();
    try {
      Answer answer = sending.get();
      open();
      return answer;
    } catch (MatrixException e) {
      if (e.is(Errcode.UNKNOWN_TOKEN) || e.is(Errcode.MISSING_TOKEN)) {
        close(e);
      } else {
        open();
      }
      throw e;
    }
  }

  private void stopIfClosed() {
    Refused now = refused.get();
    if (now == null) {
      return;
    }
    Instant time = clock.instant();
    boolean due = !time.isBefore(now.next());
    if (!due || !refused.compareAndSet(now, new Refused(now.answer(), time.plus(PAUSE)))) {
      throw now.answer();
    }
  }

  private void open() {
    known = true;
    refused.set(null);
  }

  private void close(MatrixException answer) {
    if (known) {
      refused.set(new Refused(answer, clock.instant().plus(PAUSE)));
    }
    told.run();
  }
}
