package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ferry.id.TraceId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers to one endpoint: rooms beside each other, each room one by one. A delivery that fails
 * holds its room up until it is tried again, and nothing else. The threads are virtual.
 */
final class Courier {
  /** Rooms that are delivered at once. */
  static final int LANES = 16;

  /** Large posts that are in memory at once. */
  private static final int LARGE = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Duration LEASE = Duration.ofSeconds(60);
  // A post that begins within this time ends before the lease does.
  private static final Duration HOLD = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int BATCH = 32;
  // Who is posted to within this time holds its lane as surely as the reading of it said.
  private static final Duration SURE = Duration.ofMillis(100);
  // Until what the receiver asked for is written, and every claim respects it.
  private static final Duration REST = Duration.ofSeconds(1);
  // Where the files of other rooms are read first.
  private static final Duration SOON = Duration.ofSeconds(1);

  /**
   * What became of a delivery's turn.
   *
   * @param had whether it had one: it may have been sent, or its text was forgotten
   * @param next when the lane goes on; null for at once
   */
  private record Turn(boolean had, @Nullable Instant next) {}

  private final Endpoint endpoint;
  private final Outbox outbox;
  private final Settler settler;
  private final Schedule schedule;
  private final InstantSource clock;
  private final String owner;
  private final Poster poster;
  private final Enclosing enclosing;
  private final Bell bell = new Bell();
  private final Semaphore free = new Semaphore(LANES);
  private final Semaphore large = new Semaphore(LARGE);
  private final Phaser underWay = new Phaser(1);
  private volatile boolean closing;
  private volatile long rests = System.nanoTime();

  /**
   * A courier.
   *
   * @param endpoint to whom
   * @param house what all endpoints share
   * @param settler takes what came of it
   * @param poster sends
   */
  Courier(Endpoint endpoint, Dispatcher.House house, Settler settler, Poster poster) {
    this.endpoint = endpoint;
    this.outbox = house.outbox();
    this.settler = settler;
    this.schedule = new Schedule(house.random());
    this.clock = house.clock();
    this.owner = house.owner();
    this.poster = poster;
    this.enclosing = new Enclosing(endpoint, house);
  }

  /** Woken when something may be due. */
  Bell bell() {
    return bell;
  }

  /**
   * Delivers until it is told to end or interrupted.
   *
   * @param key the endpoint's row
   */
  void run(int key) throws InterruptedException {
    while (!closing) {
      if (round(key) == 0) {
        bell.await(POLL);
      }
    }
  }

  /** Begins with what is due; how many lanes. */
  private int round(int key) throws InterruptedException {
    if (isResting()) {
      return 0;
    }
    free.acquire();
    int slots = 1 + free.drainPermits();
    int begun = 0;
    try {
      List<Lane> lanes = claim(key, slots);
      long end = System.nanoTime() + HOLD.toNanos();
      Map<Long, List<Delivery>> first = first(lanes);
      for (Lane lane : lanes) {
        List<Delivery> deliveries = first.getOrDefault(lane.key(), List.of());
        int unusedPhase = underWay.register();
        Thread unused = Thread.startVirtualThread(() -> lane(lane, deliveries, end));
        begun++;
      }
    } finally {
      // Whoever was begun gives its own back.
      free.release(slots - begun);
    }
    return begun;
  }

  /** Rooms that wait for a file give their slots back at once, but there is room for few. */
  private List<Lane> claim(int key, int slots) {
    Instant now = clock.instant();
    int room = enclosing.room();
    if (endpoint.mediaInline() == 0 || room >= slots) {
      return outbox.claim(key, owner, now, LEASE, slots);
    }
    List<Lane> lanes = new ArrayList<>(outbox.claim(key, owner, now, LEASE, slots, false));
    int left = Math.min(room, slots - lanes.size());
    if (left > 0) {
      lanes.addAll(outbox.claim(key, owner, now, LEASE, left, true));
    }
    return lanes;
  }

  private Map<Long, List<Delivery>> first(List<Lane> lanes) {
    Map<Long, List<Delivery>> first = new HashMap<>();
    if (!lanes.isEmpty()) {
      for (Delivery d : outbox.next(lanes, clock.instant(), LEASE, BATCH)) {
        first.computeIfAbsent(d.lane(), k -> new ArrayList<>()).add(d);
      }
    }
    return first;
  }

  private boolean isResting() {
    return System.nanoTime() - rests < 0;
  }

  private void lane(Lane lane, List<Delivery> first, long end) {
    try {
      walk(lane, first, end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The lease ends by itself, and the lane is taken again.
      LOG.warn("event=webhook_lane endpoint={} {}", endpoint.name(), e.getMessage());
    } finally {
      free.release();
      int unused = underWay.arriveAndDeregister();
      bell.ring();
    }
  }

  /** Until {@code end} a post may begin: it is over before the lease is. */
  private void walk(Lane lane, List<Delivery> first, long end) throws InterruptedException {
    List<Delivery> deliveries = first;
    long done = lane.done();
    long seen = end - HOLD.toNanos();
    Instant due = clock.instant();
    while (!deliveries.isEmpty()) {
      for (Delivery delivery : deliveries) {
        long now = System.nanoTime();
        if (closing
            || isResting()
            || now - end > 0
            || (now - seen > SURE.toNanos() && !outbox.holds(lane, clock.instant()))) {
          settler.add(new Outcome.Released(lane, due, done));
          return;
        }
        seen = now - seen > SURE.toNanos() ? now : seen;
        if (delivery.part() == Delivery.Part.UNENCLOSED) {
          if (!enclosed(lane, delivery)) {
            settler.add(new Outcome.Released(lane, clock.instant().plus(SOON), done));
            return;
          }
          break;
        }
        Turn turn = turn(lane, delivery, end);
        done = turn.had() ? delivery.place() : done;
        if (turn.next() != null) {
          settler.add(new Outcome.Released(lane, turn.next(), done));
          return;
        }
      }
      seen = System.nanoTime();
      deliveries = outbox.next(List.of(at(lane, done)), clock.instant(), LEASE, BATCH);
    }
    settler.add(new Outcome.Released(lane, due, done));
  }

  /** The room waits for its file, and takes nobody's turn meanwhile. */
  private boolean enclosed(Lane lane, Delivery delivery) throws InterruptedException {
    free.release();
    bell.ring();
    try {
      return enclosing.settle(lane, delivery);
    } finally {
      bell.ring();
      free.acquireUninterruptibly();
    }
  }

  private static Lane at(Lane lane, long done) {
    return new Lane(lane.key(), lane.epoch(), done, lane.handed(), lane.replay(), lane.room());
  }

  private Turn turn(Lane lane, Delivery delivery, long end) throws InterruptedException {
    if (delivery.part() == Delivery.Part.WHOLE) {
      return new Turn(true, attempt(lane, delivery, delivery.body()));
    }
    if (!large.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return new Turn(false, clock.instant());
    }
    try {
      // Where the lane is lost another holds it by now: what comes next is no longer ours to send.
      Optional<Buffer> body = outbox.body(lane, delivery.place());
      return body.isPresent()
          ? new Turn(true, attempt(lane, delivery, body.get()))
          : new Turn(false, clock.instant());
    } finally {
      large.release();
    }
  }

  /** When the lane goes on; null for at once. */
  private @Nullable Instant attempt(Lane lane, Delivery delivery, Buffer body)
      throws InterruptedException {
    if (body.length() == 0) {
      settler.add(new Outcome.Emptied(lane, delivery.place(), clock.instant()));
      return null;
    }
    int attempt = delivery.attempts() + 1;
    boolean repeat = attempt > 1 || delivery.place() <= lane.handed();
    Answer answer =
        poster.send(
            new Post(delivery.id(), attempt, repeat, lane.replay(), body, delivery.trace()));
    Instant now = clock.instant();
    if (answer.taken()) {
      LOG.atDebug()
          .addKeyValue(TraceId.FIELD, delivery.trace())
          .log(
              "event=delivered endpoint={} id={} attempt={} status={}",
              endpoint.name(),
              delivery.id(),
              attempt,
              answer.status());
      settler.add(new Outcome.Taken(lane, delivery.place(), attempt, now, answer.status()));
      return null;
    }
    if (answer.gone() || !answer.hold().isZero()) {
      rests = System.nanoTime() + REST.toNanos();
    }
    @Nullable Instant next = schedule.next(attempt, now, answer.hold()).orElse(null);
    LOG.atWarn()
        .addKeyValue(TraceId.FIELD, delivery.trace())
        .log(
            "event=delivery_failed endpoint={} id={} attempt={} next={} {}",
            endpoint.name(),
            delivery.id(),
            attempt,
            answer.gone() ? "once_switched_on" : next == null ? "never" : next,
            answer.words());
    settler.add(new Outcome.Failed(lane, delivery.place(), attempt, now, answer, next));
    return answer.gone() ? now : next;
  }

  /** Begins nothing more; what is under way ends. */
  void end() {
    closing = true;
    enclosing.close();
    bell.ring();
  }

  /**
   * Waits until nothing is under way, but not for ever: what a hung lane delivers is delivered
   * again by whoever takes it.
   *
   * @param end until when, by {@link System#nanoTime}
   */
  void join(long end) throws InterruptedException {
    try {
      int unused =
          underWay.awaitAdvanceInterruptibly(
              underWay.arrive(), end - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      LOG.warn("event=webhook_hangs endpoint={} it is left alone", endpoint.name());
    }
  }
}
