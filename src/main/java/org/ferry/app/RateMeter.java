package org.ferry.app;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.matrix.client.Pace;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.replay.Watch;

/**
 * Measures how fast history is carried, and keeps the figure with the crossing every few seconds,
 * for {@code status} beside a run and for the next {@code --dry-run}.
 */
final class RateMeter implements Watch, AutoCloseable {
  private static final String NOTE = "rate";
  private static final String HISTORY = "history";
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final System.Logger LOG = System.getLogger(RateMeter.class.getName());
  private static final long ENOUGH = 20;

  private final Ferry ferry;
  private final Crossing crossing;
  private final Watch next;
  private final AtomicLong steps = new AtomicLong();
  private volatile Instant since = Instant.EPOCH;
  private volatile Instant noted = Instant.EPOCH;
  private volatile boolean history;
  private volatile long whole;

  RateMeter(Ferry ferry, Crossing crossing, Watch next) {
    this.ferry = ferry;
    this.crossing = crossing;
    this.next = next;
  }

  @Override
  public void phase(String name, long total) {
    close();
    history = name.equals(HISTORY);
    since = ferry.clock().instant();
    noted = since;
    steps.set(0);
    whole = total;
    next.phase(name, total);
  }

  @Override
  public void step(long count) {
    long done = steps.addAndGet(count);
    Instant now = ferry.clock().instant();
    if (history && Duration.between(noted, now).compareTo(PAUSE) > 0) {
      noted = now;
      Thread unused = Thread.startVirtualThread(() -> keep(done, now));
      next.note(words());
    }
    next.step(count);
  }

  private String words() {
    Pace.Snapshot pace = ferry.homeserver().pace().snapshot();
    return pace.holdsBack().isEmpty()
        ? pace.limit() + " rooms at a time"
        : pace.limit() + " rooms at a time, held back by " + pace.holdsBack();
  }

  private void keep(long done, Instant now) {
    double seconds = Duration.between(since, now).toMillis() / 1000.0;
    if (done < ENOUGH || seconds <= 0) {
      return;
    }
    String note =
        Json.text(
            Json.object()
                .put("events_per_second", Math.round(10 * done / seconds) / 10.0)
                .put("done", done)
                .put("total", whole)
                .put("held_back_by", ferry.homeserver().pace().snapshot().holdsBack())
                .put("at", now.toString()));
    try {
      ferry.crossings().note(crossing.id(), NOTE, note);
    } catch (LedgerException e) {
      // The next one says more; where the database is gone the run itself tells.
      LOG.log(System.Logger.Level.DEBUG, "the rate is not noted", e);
    }
  }

  static Optional<Carrying.Rate> last(Ferry ferry, Crossing crossing) {
    return ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(Json::parseObject)
        .map(n ->
            new Carrying.Rate(
                n.path("events_per_second").asDouble(0),
                n.path("held_back_by").asText(""),
                Instant.parse(n.path("at").asText()),
                Math.max(0, n.path("total").asLong(0) - n.path("done").asLong(0))));
  }

  @Override
  public void say(String sentence) {
    next.say(sentence);
  }

  @Override
  public void note(String words) {
    next.note(words);
  }

  @Override
  public boolean stopping() {
    return next.stopping();
  }

  @Override
  public void close() {
    if (history) {
      keep(steps.get(), ferry.clock().instant());
    }
  }
}
