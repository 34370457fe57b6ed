package org.ferry.migrate.replay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.ferry.id.EventId;
import org.jspecify.annotations.Nullable;

/**
 * Works on many rooms at a time, each on a thread of its own. A room that needs an event of another
 * one steps aside until that event was carried; when nothing else can go on (links in a circle),
 * the rooms that wait go on without those links.
 */
final class Schedule {
  /** What is done with one room. */
  interface Work {
    /** Carries what can be carried now, and finishes the room where that is all. */
    RoomReplay.Pause go(RoomReplay room) throws InterruptedException;
  }

  private final int width;
  private final Work work;
  private final Predicate<EventId> pending;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<RoomReplay> ready = new ArrayDeque<>();
  private final List<Parked> parked = new ArrayList<>();
  private int active;
  private boolean stopped;
  private @Nullable Throwable failure;

  private record Parked(RoomReplay room, EventId event) {}

  /**
   * A schedule.
   *
   * @param width how many rooms may be worked on at a time
   * @param work what is done with a room
   * @param pending whether an event is still to be carried
   */
  Schedule(int width, Work work, Predicate<EventId> pending) {
    this.width = width;
    this.work = work;
    this.pending = pending;
  }

  /**
   * Works on all rooms until each is done, the run is stopped, or one fails.
   *
   * @return true where all are done, false where the run was stopped
   * @throws RuntimeException what a room failed with; the others have come to rest by then
   */
  boolean run(List<RoomReplay> rooms) throws InterruptedException {
    ready.addAll(rooms);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      lock.lockInterruptibly();
      try {
        while (!finished()) {
          if (!start(threads)) {
            changed.await();
          }
        }
      } finally {
        lock.unlock();
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

  private boolean finished() {
    boolean over = failure != null || stopped;
    return active == 0 && (over || (ready.isEmpty() && parked.isEmpty()));
  }

  /** Starts one room where one can be started; called with the lock held. */
  private boolean start(ExecutorService threads) {
    if (failure != null || stopped || active >= width) {
      return false;
    }
    wake();
    RoomReplay room = ready.poll();
    if (room == null) {
      return false;
    }
    active++;
    threads.execute(() -> work(room));
    return true;
  }

  /** Brings back the rooms whose event was carried, or all where nothing else moves. */
  private void wake() {
    List<Parked> free = parked.stream().filter(p -> !pending.test(p.event())).toList();
    free.forEach(p -> ready.add(p.room()));
    parked.removeAll(free);
    if (ready.isEmpty() && active == 0) {
      parked.forEach(p -> {
        p.room().stopWaiting();
        ready.add(p.room());
      });
      parked.clear();
    }
  }

  private void work(RoomReplay room) {
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
      active--;
      if (thrown != null && failure == null) {
        failure = thrown;
      }
      switch (pause) {
        case RoomReplay.Pause.Blocked blocked -> parked.add(new Parked(room, blocked.event()));
        case RoomReplay.Pause.Stopped s -> stopped = true;
        case RoomReplay.Pause.Done d -> {}
        case null -> {}
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
