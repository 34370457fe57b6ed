package org.ferry.live.sync;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is missing of a user's rooms, beside everything else, so that no room waits for
 * another. What waits in a room is held meanwhile, also while the homeserver is away, or shows no
 * room at all; where it shows others and not this one, or none for long, what waits is let go, and
 * what is missing comes as late as it can be had. One thread runs it.
 */
final class Gaps {
  private static final Logger LOG = LoggerFactory.getLogger(Gaps.class);

  /**
   * Rooms that are read at once for the first time, and again where that failed; pages are large.
   */
  private static final int AT_ONCE = 4;

  private static final int AGAIN_AT_ONCE = 2;

  /** How often rooms that wait for their turn to be read are held on. */
  private static final Duration HELD = Duration.ofSeconds(30);

  private static final Duration TICK = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  /**
   * For so many pauses what waits is held though the homeserver answers, where it shows no room: it
   * may be of the one room that is broken, and it may be short of its database.
   */
  private static final int PATIENCE = 300;

  private final UserId user;
  private final FollowedRooms rooms;
  private final Intake intake;
  private final Duration pause;
  private final Semaphore fresh = new Semaphore(AT_ONCE);
  private final Semaphore again = new Semaphore(AGAIN_AT_ONCE);
  private final Map<RoomId, Trouble> troubles = new ConcurrentHashMap<>();
  private final Map<RoomId, Boolean> underWay = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

  /** When what waits was held on last, by {@link System#nanoTime()}; the thread's own. */
  private long heldAt = System.nanoTime() - HELD.toNanos();

  /**
   * What failed.
   *
   * @param times how often in a row
   * @param alone whether the homeserver showed others meanwhile
   * @param since when it failed first since the homeserver answers, by {@link System#nanoTime()}
   * @param next when it is tried again, likewise
   */
  private record Trouble(int times, boolean alone, long since, long next) {
    boolean isOver() {
      return System.nanoTime() - next >= 0;
    }
  }

  Gaps(UserId user, FollowedRooms rooms, Intake intake) {
    this(user, rooms, intake, Duration.ofSeconds(2));
  }

  /**
   * Gaps of a user.
   *
   * @param user whose rooms
   * @param rooms which they are, and of which something is missing
   * @param intake brings it
   * @param pause after the first failure; doubled with each that follows
   */
  Gaps(UserId user, FollowedRooms rooms, Intake intake, Duration pause) {
    this.user = user;
    this.rooms = rooms;
    this.intake = intake;
    this.pause = pause;
  }

  /**
   * Brings what is missing until the thread is interrupted.
   *
   * @param as the user
   */
  void run(Intent as) throws InterruptedException {
    Signal gaps = intake.gaps(user);
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        while (true) {
          look(as, readers);
          gaps.await(troubles.isEmpty() ? TICK : pause);
        }
      } finally {
        // Whatever a reader waits for: who leads next reads the room again.
        var unused = readers.shutdownNow();
      }
    }
  }

  private void look(Intent as, ExecutorService readers) {
    RuntimeException failed = failure.getAndSet(null);
    if (failed != null) {
      throw failed;
    }
    if (System.nanoTime() - heldAt >= HELD.toNanos()) {
      heldAt = System.nanoTime();
      rooms.holdOn(user);
    }
    Map<RoomId, Boolean> behind = rooms.behind(user);
    troubles.keySet().retainAll(behind.keySet());
    for (Map.Entry<RoomId, Boolean> room : behind.entrySet()) {
      Trouble trouble = troubles.get(room.getKey());
      if (trouble != null && !trouble.isOver()) {
        if (trouble.alone() && room.getValue()) {
          rooms.release(user, room.getKey());
        }
      } else if (underWay.putIfAbsent(room.getKey(), true) == null) {
        var unused = readers.submit(() -> read(as, room.getKey(), trouble));
      }
    }
  }

  private void read(Intent as, RoomId room, @Nullable Trouble before) {
    Semaphore turn = before != null && before.times() > 0 ? again : fresh;
    try {
      turn.acquire();
      try {
        readNow(as, room, before);
      } finally {
        turn.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!Thread.currentThread().isInterrupted()) {
        failure.set(e);
        intake.gaps(user).wake();
      }
    } finally {
      Boolean unused = underWay.remove(room);
    }
  }

  private void readNow(Intent as, RoomId room, @Nullable Trouble before) {
    try {
      int missing = intake.complete(as, room);
      Trouble unused = troubles.remove(room);
      if (missing > 0) {
        LOG.info("event=room_completed user={} room={} events={}", user, room, missing);
      }
    } catch (HomeserverFailure e) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      if (e instanceof MatrixException refusal && (refusal.isForbidden() || refusal.isNotFound())) {
        LOG.warn("event=room_not_completed user={} room={} {}", user, room, e.getMessage());
        intake.giveUp(user, room);
        return;
      }
      failed(as, room, before, e);
    }
  }

  private boolean isBroken(Answering.Sight sight, long since) {
    boolean overdue = System.nanoTime() - since >= pause.multipliedBy(PATIENCE).toNanos();
    return switch (sight) {
      case OTHERS -> true;
      case NO_ROOM, ONLY_ROOM -> overdue;
      case NOTHING -> false;
    };
  }

  private void failed(Intent as, RoomId room, @Nullable Trouble before, HomeserverFailure e) {
    int failures = before == null ? 0 : before.times();
    Answering.Sight sight = Answering.sight(as, room, rooms, troubles.keySet());
    boolean away = sight == Answering.Sight.NOTHING;
    long since = before == null || away ? System.nanoTime() : before.since();
    boolean broken = isBroken(sight, since);
    // The homeserver may have come back in between: the room is asked for once more.
    boolean alone = broken && failures > 0;
    if (alone) {
      rooms.release(user, room);
      intake.released();
    }
    if (alone && failures == 1) {
      LOG.warn(
          "event=room_behind user={} room={} what is missing of it comes when the homeserver shows it, and what is said now before that; {}",
          user,
          room,
          e.getMessage());
    } else {
      LOG.debug("{} of {} is still not to be had: {}", room, user, e.getMessage());
    }
    int times = broken ? failures + 1 : 0;
    Duration wait = pause.multipliedBy(1L << Math.min(Math.max(0, times - 1), 20));
    Duration next = wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
    Trouble unused =
        troubles.put(room, new Trouble(times, alone, since, System.nanoTime() + next.toNanos()));
  }
}
