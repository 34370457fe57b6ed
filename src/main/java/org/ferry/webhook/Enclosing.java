package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.id.TraceId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Puts files into the posts of one endpoint before they are sent for the first time, and keeps what
 * it made: every attempt sends the same. A file that cannot be had in time is left out for good,
 * and for a while after that no other is asked for.
 */
final class Enclosing implements AutoCloseable {
  /** Rooms that wait for a file at once; the others are left where they are. */
  private static final int WAITING = 64;

  /** Files that are in memory at once. */
  private static final int AT_ONCE = 4;

  private static final Duration AWAY = Duration.ofSeconds(30);
  private static final Logger LOG = LoggerFactory.getLogger(Enclosing.class);

  private final Endpoint endpoint;
  private final Outbox outbox;
  private final Enclosures files;
  private final Semaphore waiting = new Semaphore(WAITING);
  private final Semaphore reading = new Semaphore(AT_ONCE, true);
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile long away = System.nanoTime();

  /**
   * For an endpoint.
   *
   * @param endpoint whose
   * @param house what all endpoints share
   */
  Enclosing(Endpoint endpoint, Dispatcher.House house) {
    this.endpoint = endpoint;
    this.outbox = house.outbox();
    this.files = house.files();
  }

  /** How many rooms more may wait for a file. */
  int room() {
    return waiting.availablePermits();
  }

  /**
   * Settles what is sent of a delivery.
   *
   * @return false where that could not be done now, or the lane is not held any more
   */
  boolean settle(Lane lane, Delivery delivery) throws InterruptedException {
    if (!waiting.tryAcquire()) {
      return false;
    }
    try {
      return settled(lane, delivery);
    } catch (RejectedExecutionException e) {
      return false;
    } finally {
      waiting.release();
    }
  }

  private boolean settled(Lane lane, Delivery delivery) throws InterruptedException {
    if (leavesOut(delivery)) {
      return outbox.enclose(lane, delivery.place(), null);
    }
    // Whose turn does not come has not asked for its file, and is not to lose it.
    if (!reading.tryAcquire(files.patience().toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      @Nullable Buffer body =
          read(delivery).map(file -> Envelope.enclose(delivery.body(), file)).orElse(null);
      return !readers.isShutdown() && outbox.enclose(lane, delivery.place(), body);
    } finally {
      reading.release();
    }
  }

  private boolean isAway() {
    return System.nanoTime() - away < 0;
  }

  /** Whether its file is not asked for at all; after one that did not come it says so once. */
  private boolean leavesOut(Delivery delivery) {
    if (endpoint.mediaInline() == 0) {
      return true;
    }
    if (!isAway()) {
      return false;
    }
    say(
        told.getAndSet(true) ? Level.DEBUG : Level.WARN,
        delivery,
        "is not asked for, nor are others within " + AWAY.toSeconds() + " s of one that hung");
    return true;
  }

  private Optional<byte[]> read(Delivery delivery) throws InterruptedException {
    if (leavesOut(delivery)) {
      return Optional.empty();
    }
    String id = Envelope.fileOf(delivery.body());
    Future<Optional<byte[]>> file = readers.submit(() -> files.read(id, endpoint.mediaInline()));
    try {
      return file.get(files.patience().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      if (!isAway()) {
        told.set(false);
      }
      away = System.nanoTime() + AWAY.toNanos();
      say(Level.WARN, delivery, "did not come within " + files.patience().toMillis() + " ms");
    } catch (ExecutionException e) {
      if (!readers.isShutdown()) {
        say(
            Level.WARN,
            delivery,
            "could not be had: " + Objects.requireNonNullElse(e.getCause(), e).getMessage());
      }
    } finally {
      boolean unused = file.cancel(true);
    }
    return Optional.empty();
  }

  private void say(Level level, Delivery delivery, String why) {
    LOG.atLevel(level)
        .addKeyValue(TraceId.FIELD, delivery.trace())
        .log(
            "event=media_not_enclosed endpoint={} id={} the file {}; its link is posted alone",
            endpoint.name(),
            delivery.id(),
            why);
  }

  /** Breaks off what is read; nothing is settled by that. */
  @Override
  public void close() {
    var unused = readers.shutdownNow();
  }
}
