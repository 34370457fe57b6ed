package org.ferry.checkup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ferry.id.RoomId;

/** Writes messages into scratch rooms and takes the time. */
final class Measure {
  /** Messages in one room, one after the other. */
  static final int ONE_BY_ONE = 200;

  /** Rooms written to at a time. */
  static final int ROOMS = 8;

  private static final int EACH = 25;

  private final Door door;
  private final Scratch scratch;

  Measure(Door door, Scratch scratch) {
    this.door = door;
    this.scratch = scratch;
  }

  /** Needs a room; makes more. */
  Measurement run() throws InterruptedException {
    double single = write(List.of(scratch.room()), ONE_BY_ONE);
    List<RoomId> rooms = new ArrayList<>();
    for (int i = 0; i < ROOMS; i++) {
      if (scratch.make().ok()) {
        rooms.add(scratch.room());
      }
    }
    return new Measurement(single, rooms.size(), rooms.isEmpty() ? single : write(rooms, EACH));
  }

  /** Messages per second over all rooms. */
  private double write(List<RoomId> rooms, int each) throws InterruptedException {
    long began = System.nanoTime();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try {
      List<Future<Integer>> work = new ArrayList<>();
      rooms.forEach(room -> work.add(threads.submit(() -> write(room, each))));
      int done = 0;
      for (Future<Integer> each1 : work) {
        done += each1.get();
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      return Math.round(10_000.0 * done / Math.max(1, took.toMillis())) / 10.0;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Unanswered away
          ? away
          : new IllegalStateException("while measuring", e.getCause());
    } finally {
      List<Runnable> unused = threads.shutdownNow();
      threads.close();
    }
  }

  private int write(RoomId room, int count) throws InterruptedException {
    int done = 0;
    for (int i = 0; i < count; i++) {
      if (door.ask(scratch.message(room, "measured " + i)).ok()) {
        done++;
      }
    }
    return done;
  }
}
