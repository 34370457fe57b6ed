package org.ferry.matrix.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says once that a server does not answer, and once that it does again, whoever noticed. */
final class Outages {
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable Instant> since = new AtomicReference<>();
  private final String again;

  /**
   * Outages of a kind.
   *
   * @param again what the homeserver does when one is over: {@code answers again}
   */
  Outages(String again) {
    this.again = again;
  }

  void onChange(Consumer<String> notice) {
    boolean unused = listeners.add(notice);
  }

  /** Since when, or empty where none is under way. */
  Optional<Instant> since() {
    return Optional.ofNullable(since.get());
  }

  void noticed(String sentence, Instant now) {
    if (since.compareAndSet(null, now)) {
      tell(sentence + (sentence.endsWith("?") ? " " : "; ") + "waiting, nothing is lost");
    }
  }

  void over(Instant now) {
    if (since.get() == null) {
      return;
    }
    Instant began = since.getAndSet(null);
    if (began != null) {
      tell("the homeserver " + again + ", after " + words(Duration.between(began, now)));
    }
  }

  private static String words(Duration time) {
    long seconds = Math.max(1, time.toSeconds());
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
  }

  private void tell(String sentence) {
    listeners.forEach(l -> l.accept(sentence));
  }
}
