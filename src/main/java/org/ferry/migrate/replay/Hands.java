package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Pace;

/** Does something for many things, as many at a time as the homeserver bears. */
public final class Hands {
  private final Homeserver homeserver;
  private final Watch watch;

  /**
   * Hands that work on one homeserver.
   *
   * @param homeserver whose pace is kept
   * @param watch says when to stop: then nothing more is begun
   */
  public Hands(Homeserver homeserver, Watch watch) {
    this.homeserver = homeserver;
    this.watch = watch;
  }

  /**
   * Does something for each item, each on a thread of its own.
   *
   * @param items the items, begun in their order
   * @param what is done
   * @throws RuntimeException what the first of them failed with, after all have ended
   * @throws InterruptedException where the calling thread was interrupted; all have ended by then
   */
  public <T> void each(List<T> items, Consumer<T> what) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        each(items, what, threads);
      } catch (InterruptedException e) {
        Rest.come(threads);
        throw e;
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private <T> void each(List<T> items, Consumer<T> what, ExecutorService threads)
      throws InterruptedException, ExecutionException {
    List<Future<?>> running = new ArrayList<>();
    AtomicBoolean failed = new AtomicBoolean();
    for (T item : items) {
      if (watch.stopping() || failed.get()) {
        break;
      }
      Pace.Permit permit = homeserver.pace().acquire();
      running.add(
          threads.submit(() -> {
            try (permit) {
              what.accept(item);
            } catch (RuntimeException e) {
              failed.set(true);
              throw e;
            }
          }));
    }
    for (Future<?> task : running) {
      var unused = task.get();
    }
  }
}
