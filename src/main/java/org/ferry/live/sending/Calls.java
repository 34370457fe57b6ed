package org.ferry.live.sending;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * When a ghost's device is sent for a key that may lie there: at once, then ever less often while
 * it goes on being called, and never for two rooms at the same time. For one thread.
 */
final class Calls {
  /** In a room with more of Ferry's people the others have to do. */
  static final int MOST_OF_A_ROOM = 20;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Map<UserId, Visit> last = new HashMap<>();
  private final Consumer<UserId> visit;
  private final LongSupplier nanos;

  private record Visit(long at, Duration pause) {}

  /**
   * Calls.
   *
   * @param visit has a ghost's device take what lies for it; throws nothing that ends the others'
   * @param nanos a clock that only goes forward
   */
  Calls(Consumer<UserId> visit, LongSupplier nanos) {
    this.visit = visit;
    this.nanos = nanos;
  }

  /** A key is missing in a room of these; how many went. */
  int answer(List<UserId> ghosts) {
    int went = 0;
    for (UserId ghost : ghosts) {
      Visit before = last.get(ghost);
      Duration since =
          before == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - before.at());
      if (before == null || since.compareTo(before.pause()) >= 0) {
        visit.accept(ghost);
        Visit unused = last.put(ghost, new Visit(nanos.getAsLong(), pause(before, since)));
        went++;
      }
    }
    return went;
  }

  private static Duration pause(@Nullable Visit before, Duration since) {
    if (before == null || since.compareTo(LONGEST_PAUSE.multipliedBy(2)) >= 0) {
      return FIRST_PAUSE;
    }
    Duration doubled = before.pause().multipliedBy(2);
    return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
  }
}
