package org.ferry.webhook;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
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

  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final Duration LEASE = Duration.ofSeconds(60);
  // A post that begins within this time ends before the lease does.
  private static final Duration HOLD = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int BATCH = 32;

  private final Endpoint endpoint;
  private final Outbox outbox;
  private final Settler settler;
  private final Schedule schedule;
  private final InstantSource clock;
  private final String owner;
  private final Poster poster;
  private final Bell bell = new Bell();
  private final Semaphore free = new Semaphore(LANES);
  private volatile boolean closing;

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
    free.acquire();
    int slots = 1 + free.drainPermits();
    List<Lane> lanes = List.of();
    try {
      lanes = outbox.claim(key, owner, clock.instant(), LEASE, slots);
      begin(lanes);
    } finally {
      free.release(slots - lanes.size());
    }
    return lanes.size();
  }

  private void begin(List<Lane> lanes) {
    if (lanes.isEmpty()) {
      return;
    }
    Map<Long, List<Delivery>> first = new HashMap<>();
    for (Delivery d : outbox.next(lanes, LEASE, BATCH)) {
      first.computeIfAbsent(d.lane(), k -> new ArrayList<>()).add(d);
    }
    for (Lane lane : lanes) {
      List<Delivery> deliveries = first.getOrDefault(lane.key(), List.of());
      Thread unused = Thread.startVirtualThread(() -> lane(lane, deliveries));
    }
  }

  private void lane(Lane lane, List<Delivery> first) {
    try {
      walk(lane, first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The lease ends by itself, and the lane is taken again.
      LOG.warn("event=webhook_lane endpoint={} {}", endpoint.name(), e.getMessage());
    } finally {
      free.release();
      bell.ring();
    }
  }

  private void walk(Lane lane, List<Delivery> first) throws InterruptedException {
    long end = System.nanoTime() + HOLD.toNanos();
    List<Delivery> deliveries = first;
    long done = lane.done();
    Instant due = clock.instant();
    while (!deliveries.isEmpty()) {
      for (Delivery delivery : deliveries) {
        if (closing || System.nanoTime() > end) {
          settler.add(new Outcome.Released(lane, due, done));
          return;
        }
        Optional<Instant> next = attempt(lane, delivery);
        done = delivery.place();
        if (next.isPresent()) {
          settler.add(new Outcome.Released(lane, next.get(), done));
          return;
        }
      }
      deliveries = outbox.next(List.of(at(lane, done)), LEASE, BATCH);
    }
    settler.add(new Outcome.Released(lane, due, done));
  }

  private static Lane at(Lane lane, long done) {
    return new Lane(lane.key(), lane.epoch(), done, lane.handed(), lane.replay(), lane.room());
  }

  /** When the lane goes on; empty for at once. */
  private Optional<Instant> attempt(Lane lane, Delivery delivery) throws InterruptedException {
    int attempt = delivery.attempts() + 1;
    boolean repeat = attempt > 1 || delivery.place() <= lane.handed();
    Answer answer =
        poster.send(new Post(delivery.id(), attempt, repeat, lane.replay(), delivery.body()));
    Instant now = clock.instant();
    if (answer.taken()) {
      settler.add(new Outcome.Taken(lane, delivery.place(), attempt, now, answer.status()));
      return Optional.empty();
    }
    @Nullable Instant next = schedule.next(attempt, now, answer.hold()).orElse(null);
    LOG.warn(
        "event=delivery_failed endpoint={} id={} attempt={} next={} {}",
        endpoint.name(),
        delivery.id(),
        attempt,
        next,
        answer.words());
    settler.add(new Outcome.Failed(lane, delivery.place(), attempt, now, answer, next));
    return answer.gone() ? Optional.of(now) : Optional.ofNullable(next);
  }

  /** Begins nothing more; what is under way ends. */
  void end() {
    closing = true;
    bell.ring();
  }

  /** Waits until nothing is under way. */
  void join() throws InterruptedException {
    free.acquire(LANES);
    free.release(LANES);
  }
}
