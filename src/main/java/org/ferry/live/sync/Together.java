package org.ferry.live.sync;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.ferry.live.Threads;
import org.jspecify.annotations.Nullable;

/** Runs tasks side by side; when one ends, however it does, the others are interrupted. */
final class Together {
  /** A task that ends when it is interrupted. */
  interface Task {
    /** Does it. */
    void run() throws InterruptedException;
  }

  /**
   * A task with a name for its thread.
   *
   * @param name of the thread
   * @param task what it does
   */
  record Named(String name, Task task) {}

  private record End(@Nullable Throwable failure) {}

  private Together() {}

  /**
   * Runs tasks until the first one ends, and the others have ended after it.
   *
   * @throws InterruptedException where the calling thread was interrupted; all tasks have ended
   */
  static void run(List<Named> tasks) throws InterruptedException {
    BlockingQueue<End> ends = new ArrayBlockingQueue<>(tasks.size());
    List<Thread> threads =
        tasks.stream()
            .map(t -> Thread.ofVirtual().name(t.name()).start(() -> ends.add(end(t.task()))))
            .toList();
    End first;
    try {
      first = ends.take();
    } finally {
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        Threads.joinFully(thread);
      }
    }
    switch (first.failure()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }

  private static End end(Task task) {
    try {
      task.run();
      return new End(null);
    } catch (InterruptedException e) {
      return new End(null);
    } catch (RuntimeException | Error e) {
      // A task that died in silence would leave the others running for nothing.
      return new End(e);
    }
  }
}
