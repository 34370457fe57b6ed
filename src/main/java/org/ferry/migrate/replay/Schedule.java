package org.ferry.migrate.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * Works on many rooms at a time, each on a thread of its own. A room that needs an event of another
 * one steps aside until that event was carried; when nothing else can go on (links in a circle),
 * one room of the circle goes on without that link, and the others wait on.
 *
 * @param <R> the rooms
 */
final class Schedule<R extends Schedule.Room> {
  /** A room as the schedule sees it. */
  interface Room {
    /** The room on the source. */
    RoomId old();

    /** It no longer waits for what it came to rest at; called while nobody works on it. */
    void stopWaiting();

    /** Comes to rest as soon as it can; called while another thread works on it. */
    void halt();
  }

  /** What is done with one room. */
  interface Work<R extends Room> {
    /** Carries what can be carried now, and finishes the room where that is all. */
    RoomReplay.Pause go(R room) throws InterruptedException;
  }

  private final int width;
  private final Work<R> work;
  private final Predicate<EventId> pending;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<R> ready = new ArrayDeque<>();
  private final Map<RoomId, Parked<R>> parked = new LinkedHashMap<>();
  private final Set<R> running = new HashSet<>();
  private boolean moved;
  private boolean stopped;
  private @Nullable Throwable failure;

  private record Parked<R extends Room>(R room, RoomReplay.Pause.Blocked blocked) {}

  /**
   * A schedule; runs once.
   *
   * @param width how many rooms may be worked on at a time, at least 1
   * @param work what is done with a room
   * @param pending whether an event is still to be carried
   */
  Schedule(int width, Work<R> work, Predicate<EventId> pending) {
    if (width < 1) {
      throw new IllegalArgumentException("at least one room at a time, not " + width);
    }
    this.width = width;
    this.work = work;
    this.pending = pending;
  }

  /**
   * Works on all rooms until each is done, the run is stopped, or one fails.
   *
   * @param rooms the rooms, in the order in which they are begun
   * @return true where all are done, false where the run was stopped
   * @throws RuntimeException what the first room failed with; the others have come to rest by then,
   *     and what they failed with is suppressed in it
   * @throws InterruptedException where the calling thread was interrupted; the rooms have come to
   *     rest by then
   */
  boolean run(List<R> rooms) throws InterruptedException {
    ready.addAll(rooms);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        go(threads);
      } catch (InterruptedException e) {
        Rest.come(threads);
        throw e;
      }
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return !stopped;
  }

  private void go(ExecutorService threads) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!finished()) {
        if (moved && failure == null && !stopped) {
          moved = false;
          free(carried(waitedFor()));
        } else if (!start(threads)) {
          changed.await();
        }
      }
    } finally {
      // Nobody is running any more, unless something was thrown here.
      running.forEach(Room::halt);
      lock.unlock();
    }
  }

  private boolean finished() {
    boolean over = failure != null || stopped;
    return running.isEmpty() && (over || (ready.isEmpty() && parked.isEmpty()));
  }

  /** Starts one room where one can be started; called with the lock held. */
  private boolean start(ExecutorService threads) {
    if (failure != null || stopped || running.size() >= width) {
      return false;
    }
    wake();
    R room = ready.poll();
    if (room == null) {
      return false;
    }
    running.add(room);
    threads.execute(() -> work(room));
    return true;
  }

  /** Brings back one of the rooms that wait where nothing else moves. */
  private void wake() {
    if (ready.isEmpty() && running.isEmpty() && !parked.isEmpty()) {
      R room = stuck();
      room.stopWaiting();
      parked.remove(room.old());
      ready.add(room);
    }
  }

  private Set<EventId> waitedFor() {
    return parked.values().stream()
        .map(p -> p.blocked().event())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Which of some events were carried; without the lock, because the ledger is asked. */
  private Set<EventId> carried(Set<EventId> events) {
    lock.unlock();
    try {
      return events.stream().filter(pending.negate()).collect(Collectors.toSet());
    } finally {
      lock.lock();
    }
  }

  /** Brings back the rooms whose event was carried. */
  private void free(Set<EventId> carried) {
    List<R> free =
        parked.values().stream()
            .filter(p -> carried.contains(p.blocked().event()))
            .map(Parked::room)
            .toList();
    free.forEach(room -> parked.remove(room.old()));
    // Those that were begun early are the large ones: they go on before others begin.
    free.reversed().forEach(ready::addFirst);
  }

  /** A room of a circle, or one that waits for what nobody is going to carry. */
  private R stuck() {
    Set<RoomId> seen = new HashSet<>();
    Parked<R> at = parked.values().iterator().next();
    while (seen.add(at.room().old())) {
      Parked<R> next = parked.get(at.blocked().room());
      if (next == null) {
        return at.room();
      }
      at = next;
    }
    return at.room();
  }

  private void work(R room) {
    RoomReplay.Pause pause = null;
    Throwable thrown = null;
    try {
      pause = work.go(room);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      thrown = new IllegalStateException("interrupted", e);
    } catch (RuntimeException | Error e) {
      thrown = e;
    }
    lock.lock();
    try {
      running.remove(room);
      moved = true;
      if (thrown != null) {
        failed(thrown);
      }
      switch (pause) {
        case RoomReplay.Pause.Blocked blocked ->
            parked.put(room.old(), new Parked<>(room, blocked));
        case RoomReplay.Pause.Stopped s -> stopped = true;
        case RoomReplay.Pause.Done d -> {}
        case null -> {}
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Called with the lock held. */
  private void failed(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
      running.forEach(Room::halt);
    } else if (!failure.equals(thrown)) {
      failure.addSuppressed(thrown);
    }
  }
}
