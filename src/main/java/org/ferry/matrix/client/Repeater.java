package org.ferry.matrix.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.ferry.matrix.client.Lost.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a request for as long as the patience lasts. The same request is always repeated as it
 * was, with its transaction id: a client's timeout does not mean that nothing happened.
 */
final class Repeater {
  /** One try at a request. */
  @FunctionalInterface
  interface Attempt {
    Answer once() throws Lost, IOException;
  }

  /** Lets time go by. */
  @FunctionalInterface
  interface Pause {
    void pause(Duration time) throws InterruptedException;
  }

  private final String address;
  private final Patience patience;
  private final InstantSource clock;
  private final Pace pace;
  private final Pause pause;
  private final Outages outages = new Outages("answers again");
  private final Storage storage = new Storage();
  private final Absence absence = new Absence();
  private final AtomicLong successes = new AtomicLong();
  private volatile BiConsumer<String, Duration> answered = (operation, latency) -> {};

  Repeater(String address, Patience patience, InstantSource clock, Pace pace, Pause pause) {
    this.address = address;
    this.patience = patience;
    this.clock = clock;
    this.pace = pace;
    this.pause = pause;
  }

  void onAnswer(BiConsumer<String, Duration> told) {
    answered = told;
  }

  void onWaiting(Consumer<String> notice) {
    outages.onChange(notice);
    storage.onChange(notice);
  }

  /** True while the server is waited for. */
  boolean isWaiting() {
    return outages.since().isPresent() || storage.isFull();
  }

  /**
   * Runs attempts until one brings a success or a refusal that waiting does not change.
   *
   * @param call what is asked, for messages and for whether it may be repeated
   * @param probe another request that needs the same of the server, to tell its fault from this
   *     request's
   * @param attempt sends it
   */
  Answer run(Call call, Attempt probe, Attempt attempt) {
    Trial trial = new Trial(call, patience, clock.instant(), successes.get());
    while (true) {
      Instant began = clock.instant();
      Duration wait;
      try {
        Answer answer = attempt.once();
        Instant now = clock.instant();
        if (!answer.isOutage()) {
          absence.over();
        }
        if (answer.isSuccess()) {
          succeeded(call, Duration.between(began, now), now);
          return answer;
        }
        wait = refused(trial, answer, probe, now);
      } catch (Lost lost) {
        wait = lost(trial, lost);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      sleep(trial, wait);
    }
  }

  private void succeeded(Call call, Duration latency, Instant now) {
    long unused = successes.incrementAndGet();
    outages.over(now);
    if (call.writes()) {
      storage.stored(now);
    }
    answered.accept(call.operation(), latency);
    pace.answered();
    if (call.writesEvent()) {
      pace.wrote(latency);
    }
  }

  private Duration refused(Trial trial, Answer answer, Attempt probe, Instant now) {
    if (answer.isRateLimit()) {
      pace.limited();
      Duration wait = trial.limited(answer, now, address);
      if (wait.compareTo(Duration.ofSeconds(5)) >= 0) {
        outages.noticed(
            "the homeserver limits our rate and asks for " + wait.toSeconds() + " s", now);
      }
      return wait;
    }
    if (answer.isOutage()) {
      pace.failed();
      String sentence = "the homeserver" + " at " + address + " answers " + answer.outage();
      return noticed(trial, away(trial, sentence, Kind.NO_ANSWER, now), sentence, now);
    }
    if (answer.isServerError()) {
      pace.failed();
      return failed(trial, answer, probe, now);
    }
    outages.over(now);
    throw answer.refusal(trial.call(), RetryAfter.of(answer, now));
  }

  private Duration failed(Trial trial, Answer answer, Attempt probe, Instant now) {
    boolean writes = trial.call().writes();
    String sentence = failing(answer, writes);
    Duration wait =
        trial.failed(
            answer,
            now,
            successes.get(),
            address,
            sentence,
            () -> othersSucceed(trial, probe, writes ? sentence : null));
    if (trial.isWidespread() && !writes) {
      outages.noticed(sentence, now);
    }
    return wait;
  }

  /** What to look at where a homeserver fails on everything, or on all that it has to store. */
  private String failing(Answer answer, boolean writes) {
    String said = (answer.status() + " " + answer.errcode()).strip();
    return writes
        ? "the homeserver at %s stores nothing (%s): is its disk full, or that of its database? Its log says why"
            .formatted(address, said)
        : "the homeserver at %s fails on everything (%s): its log says why"
            .formatted(address, said);
  }

  /**
   * Whether the server does for others what it does not do for this request. A server whose disk is
   * full still reads, and now and then finds room for a row, so that only the probe tells.
   *
   * @param full what to say where it stores nothing; null of a request that only reads
   */
  private boolean othersSucceed(Trial trial, Attempt probe, @Nullable String full) {
    if (full == null && successes.get() > trial.successesBefore()) {
      return true;
    }
    try {
      Answer answer = unlimited(trial, probe);
      boolean fine = answer.status() < 500;
      if (full != null && fine) {
        storage.proven(clock.instant());
      } else if (full != null && !answer.isOutage()) {
        trial.nothingIsStored(storage.failed(full, probe, clock.instant()));
      }
      return fine;
    } catch (Lost | IOException e) {
      return false;
    }
  }

  /** A probe that is refused for our rate has not been tried. */
  private Answer unlimited(Trial trial, Attempt probe) throws Lost, IOException {
    Answer answer = probe.once();
    while (answer.isRateLimit()) {
      pace.limited();
      sleep(trial, trial.limited(answer, clock.instant(), address));
      answer = probe.once();
    }
    return answer;
  }

  private Duration lost(Trial trial, Lost lost) {
    Instant now = clock.instant();
    if (lost.kind() == Kind.TIMEOUT) {
      pace.failed();
    }
    Duration wait;
    try {
      wait = away(trial, lost.sentence(), lost.kind(), now);
    } catch (HomeserverFailure e) {
      throw because(e, lost.getCause());
    }
    return noticed(trial, wait, lost.sentence(), now);
  }

  private Duration away(Trial trial, String sentence, Kind kind, Instant now) {
    Instant since = patience.common() ? absence.noticed(now, patience.outage()) : now;
    return trial.away(sentence, kind, now, since, address);
  }

  /** What the network said is for those who look for it with {@code --debug}. */
  private static HomeserverFailure because(HomeserverFailure failure, @Nullable Throwable cause) {
    if (cause != null && failure.getCause() == null) {
      Throwable unused = failure.initCause(cause);
    }
    return failure;
  }

  /** One broken connection is no outage; two in a row for one request are told. */
  private Duration noticed(Trial trial, Duration wait, String sentence, Instant now) {
    if (trial.losses() >= 2) {
      outages.noticed(sentence, now);
    }
    return wait;
  }

  private void sleep(Trial trial, Duration wait) {
    try {
      pause.pause(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw trial.stopped(address);
    }
  }
}
