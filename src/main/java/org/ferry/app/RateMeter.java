package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ferry.matrix.client.Pace;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.replay.Watch;

/**
 * Measures how fast history is carried, and keeps the figure with the crossing every few seconds,
 * also while the homeserver is away: for {@code status} beside a run and for the next {@code
 * --dry-run}.
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
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Speed speed = new Speed();
  private final double averageBefore;
  private volatile boolean history;
  private long done;
  private long whole;
  private Instant told = Instant.EPOCH;

  RateMeter(Ferry ferry, Crossing crossing, Watch next) {
    this.ferry = ferry;
    this.crossing = crossing;
    this.next = next;
    this.averageBefore = last(ferry, crossing).map(Carrying.Rate::average).orElse(0.0);
  }

  @Override
  public void phase(String name, long total) {
    keepIfHistory();
    boolean begins = name.equals(HISTORY) && total > 0;
    synchronized (speed) {
      speed.start(ferry.clock().instant());
      done = 0;
      whole = total;
    }
    history = begins;
    if (begins) {
      // Of what an earlier run left there nothing is true of this one.
      keep();
      Thread unused = Thread.startVirtualThread(this::keepOn);
    }
    next.phase(name, total);
  }

  /** Keeps the figure now and then until the run ends. */
  private void keepOn() {
    try {
      while (history && !closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        keepIfHistory();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void step(long count) {
    Instant now = ferry.clock().instant();
    boolean due;
    synchronized (speed) {
      done += count;
      speed.at(now, done);
      due = history && Duration.between(told, now).compareTo(PAUSE) > 0;
      told = due ? now : told;
    }
    if (due) {
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

  private void keepIfHistory() {
    if (history) {
      keep();
    }
  }

  private void keep() {
    try {
      ferry.crossings().note(crossing.id(), NOTE, Json.text(figures()));
    } catch (LedgerException e) {
      // The next one says more; where the database is gone the run itself tells.
      LOG.log(System.Logger.Level.DEBUG, "the rate is not noted", e);
    }
  }

  private ObjectNode figures() {
    Instant now = ferry.clock().instant();
    boolean waiting = ferry.isHomeserverAwaited();
    synchronized (speed) {
      boolean enough = done >= ENOUGH;
      return Json.object()
          .put("events_per_second", enough && !waiting ? rounded(speed.perSecond(now)) : 0)
          .put("average", enough ? rounded(speed.average()) : averageBefore)
          .put("done", done)
          .put("total", whole)
          .put("held_back_by", ferry.homeserver().pace().snapshot().holdsBack())
          .put("waiting", waiting)
          .put("at", now.toString());
    }
  }

  private static double rounded(double rate) {
    return Math.round(10 * rate) / 10.0;
  }

  static Optional<Carrying.Rate> last(Ferry ferry, Crossing crossing) {
    return ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(Json::parseObject)
        .map(n ->
            new Carrying.Rate(
                n.path("events_per_second").asDouble(0),
                n.path("average").asDouble(n.path("events_per_second").asDouble(0)),
                n.path("held_back_by").asText(""),
                Instant.parse(n.path("at").asText()),
                Math.max(0, n.path("total").asLong(0) - n.path("done").asLong(0)),
                n.path("waiting").asBoolean(false)));
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
    closed.countDown();
    keepIfHistory();
    history = false;
  }
}
