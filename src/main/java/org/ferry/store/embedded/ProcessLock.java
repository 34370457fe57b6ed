package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock on a file between processes; the system releases it when the process ends, however it
 * ends. Within one JVM a file may have one holder only.
 */
public final class ProcessLock implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Path file;
  private final FileChannel channel;
  private @Nullable FileLock lock;

  private ProcessLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static ProcessLock on(Path file) {
    try {
      return new ProcessLock(
          file,
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw Folders.failure("open", file, e);
    }
  }

  /**
   * Does some work while this thread alone, of all processes, holds the lock.
   *
   * @param file the lock's file, made where missing; never deleted
   * @param limit how long to wait for others
   * @param work what to do
   * @return what the work returned
   * @throws EmbeddedPostgresException where another holds it for too long
   */
  public static <T> T whileAlone(Path file, Duration limit, Supplier<T> work) {
    try (var lock = on(file)) {
      lock.await(limit);
      return work.get();
    }
  }

  private void await(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!tryLock(false)) {
      if (System.nanoTime() > end) {
        throw new EmbeddedPostgresException(
            "Another process has held %s for %d seconds. See which Ferry still runs and end it."
                .formatted(file, limit.toSeconds()));
      }
      pause();
    }
  }

  /**
   * Takes the lock beside any number of others that share it; false while somebody has it alone.
   */
  boolean tryShared() {
    return tryLock(true);
  }

  /** Turns the held lock into an exclusive one; false, and shared again, while others share it. */
  boolean tryAlone() {
    unlock();
    if (tryLock(false)) {
      return true;
    }
    if (!tryLock(true)) {
      throw new EmbeddedPostgresException("The lock %s was lost.".formatted(file));
    }
    return false;
  }

  private boolean tryLock(boolean shared) {
    try {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // Another thread of this JVM has it.
    } catch (IOException e) {
      throw Folders.failure("lock", file, e);
    }
  }

  private void unlock() {
    try {
      if (lock != null) {
        lock.release();
      }
      lock = null;
    } catch (IOException e) {
      throw Folders.failure("unlock", file, e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("Interrupted while waiting for another Ferry.", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw Folders.failure("close", file, e);
    }
  }
}
