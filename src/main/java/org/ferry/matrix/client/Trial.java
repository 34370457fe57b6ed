package org.ferry.matrix.client;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.ferry.matrix.client.Lost.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to one request so far, and what follows from it: a pause, or the end. Used by
 * one thread.
 */
final class Trial {
  private static final Duration SHORTEST_UNSAID_LIMIT = Duration.ofSeconds(1);

  private final Call call;
  private final Patience patience;
  private Instant began;
  private long successesBefore;
  private int repeats;
  private int losses;
  private int sameErrors;
  private @Nullable Instant nothingStored;
  private String lastError = "";

  Trial(Call call, Patience patience, Instant began, long successesBefore) {
    this.call = call;
    this.patience = patience;
    this.began = began;
    this.successesBefore = successesBefore;
  }

  /**
   * Whether the homeserver itself has failed so often that it is not this request's fault: then
   * somebody has to be told.
   */
  boolean isWidespread() {
    return sameErrors >= patience.serverErrors();
  }

  /**
   * Nothing is stored at all, which is nobody's fault but the homeserver's: its patience is one for
   * all requests, and this one is as if it had not been tried.
   *
   * @param since when that was noticed
   */
  void nothingIsStored(Instant since) {
    nothingStored = since;
  }

  Call call() {
    return call;
  }

  long successesBefore() {
    return successesBefore;
  }

  /** How often in a row no answer of the homeserver itself came back. */
  int losses() {
    return losses;
  }

  /** The server limits our rate: nothing was done, so that anything may be repeated. */
  Duration limited(Answer answer, Instant now, String address) {
    losses = 0;
    Optional<Duration> asked = RetryAfter.of(answer, now);
    Duration wait = shorter(asked.orElse(SHORTEST_UNSAID_LIMIT), patience.longestAsked());
    wait = longer(wait, backoff());
    if (!call.bearsLimits() || patience.outage().isZero()) {
      throw answer.refusal(call, asked);
    }
    if (isOver(now.plus(wait))) {
      throw new Unreachable(
          address, "the homeserver at " + address + " has limited our rate all along (429)");
    }
    return wait;
  }

  /**
   * No answer of the homeserver itself.
   *
   * @param since when that began; the patience is counted from there, or from the first try at this
   *     request where that was earlier
   */
  Duration away(String sentence, Kind kind, Instant now, Instant since, String address) {
    losses++;
    boolean untouched = kind == Kind.NOT_SENT || kind == Kind.HOPELESS;
    if (!call.repeat() && !untouched) {
      throw new InDoubt(call.method() + " " + call.path() + ": " + sentence);
    }
    Duration wait = backoff();
    boolean hopeless = kind == Kind.HOPELESS || kind == Kind.INTERRUPTED || !call.bearsLosses();
    if (hopeless || isOver(now.plus(wait), since)) {
      throw new Unreachable(address, sentence);
    }
    return wait;
  }

  /**
   * The homeserver itself fails: perhaps on everything, perhaps on this request for ever.
   *
   * @param successes how many requests of anybody have succeeded so far
   * @param sentence what to say where it is not this request's fault
   * @param othersSucceed whether another request that needs the same of the server succeeds now
   */
  Duration failed(
      Answer answer,
      Instant now,
      long successes,
      String address,
      String sentence,
      BooleanSupplier othersSucceed) {
    losses = 0;
    String error = answer.status() + answer.errcode() + answer.error();
    sameErrors = error.equals(lastError) ? sameErrors + 1 : 1;
    if (sameErrors == 1) {
      // What succeeded before a server began to fail says nothing about whose fault it is.
      successesBefore = successes;
    }
    lastError = error;
    Duration wait = backoff();
    boolean enough = isWidespread() || !call.repeat();
    if (patience.outage().isZero() || (enough && isToBlame(othersSucceed, now))) {
      throw answer.refusal(call, RetryAfter.of(answer, now));
    }
    if (!call.repeat()) {
      throw new InDoubt(call.method() + " " + call.path() + ": " + sentence);
    }
    if (isOver(now.plus(wait))) {
      throw new Unreachable(address, sentence);
    }
    return wait;
  }

  /** Not for what it met while nothing was stored: that is over, and it is tried anew. */
  private boolean isToBlame(BooleanSupplier othersSucceed, Instant now) {
    if (!othersSucceed.getAsBoolean()) {
      return false;
    }
    if (nothingStored != null && call.repeat()) {
      nothingStored = null;
      began = now;
      sameErrors = 0;
      return false;
    }
    return true;
  }

  HomeserverFailure stopped(String address) {
    return new Unreachable(address, "stopped while waiting for the homeserver at " + address);
  }

  private boolean isOver(Instant then) {
    return isOver(then, nothingStored == null ? began : nothingStored);
  }

  private boolean isOver(Instant then, Instant trouble) {
    Instant since = began.isBefore(trouble) ? began : trouble;
    return then.isAfter(since.plus(patience.outage()));
  }

  /** Doubled each time; jitter keeps many waiting threads from coming back all at once. */
  private Duration backoff() {
    long longest = patience.longest().toMillis();
    long full = patience.first().toMillis() << Math.min(repeats++, 20);
    long capped = Math.max(1, Math.min(longest, full));
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(capped / 2, capped) + 1);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
