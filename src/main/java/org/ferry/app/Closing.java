package org.ferry.app;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Closes what was opened, in reverse; one failure does not keep the others open. */
final class Closing implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** Remembers how to close something, and returns it. */
  <T> T add(T opened, Consumer<? super T> close) {
    steps.push(() -> close.accept(opened));
    return opened;
  }

  /** Closes all because something else has failed, which stays what is thrown. */
  void after(RuntimeException failure) {
    try {
      close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    // A thread that was told to stop must still be able to wait for what it closes.
    boolean interrupted = Thread.interrupted();
    List<RuntimeException> failures = new ArrayList<>();
    while (!steps.isEmpty()) {
      try {
        steps.pop().run();
      } catch (RuntimeException e) {
        failures.add(e);
      } catch (Exception e) {
        // Vert.x throws checked exceptions unchecked; the rest is closed all the same.
        if (e instanceof InterruptedException) {
          interrupted = true;
        } else {
          failures.add(new IllegalStateException(e));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!failures.isEmpty()) {
      RuntimeException first = failures.removeFirst();
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }
}
