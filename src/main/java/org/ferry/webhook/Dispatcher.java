package org.ferry.webhook;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves all endpoints: puts new messages into their lanes and delivers what is due. Several
 * processes on one database share the work. Runs on virtual threads of its own until it is closed.
 */
public final class Dispatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
  private static final Duration LAST = Duration.ofSeconds(10);
  // Longer than a post under way takes.
  private static final Duration POSTS = Duration.ofSeconds(20);
  private static final Duration SWEEP = Duration.ofMinutes(10);
  private static final Duration ROLL_CALL = Duration.ofSeconds(2);

  private final House house;
  private final List<Service> services = new ArrayList<>();
  private final List<Thread> feeding = new ArrayList<>();
  private final List<Thread> delivering = new ArrayList<>();
  private final Settler settler;
  private final Thread settling;
  private Outbox.@Nullable Presence presence;

  /**
   * What all endpoints share.
   *
   * @param vertx whose event loops the posts use
   * @param feed the log of messages
   * @param outbox where deliveries wait
   * @param links to files
   * @param linked how long such links last
   * @param files what they lead to
   * @param guard keeps posts out of private networks
   * @param clock now
   * @param random for jitter, from 0 to 1
   * @param owner names this process among those on the database
   */
  public record House(
      Vertx vertx,
      Feed feed,
      Outbox outbox,
      MediaLinks links,
      Duration linked,
      Enclosures files,
      Guard guard,
      InstantSource clock,
      DoubleSupplier random,
      String owner) {}

  /**
   * How long texts are kept.
   *
   * @param finished of what was delivered or given up
   * @param made of anything since it was told, also where it waits or was replayed
   */
  public record Retention(Duration finished, Duration made) {}

  private record Service(
      Endpoint endpoint, FanOut fanOut, Courier courier, Poster poster, Bell news) {}

  /**
   * A dispatcher, which does not begin yet.
   *
   * @param house what all endpoints share
   * @param endpoints all
   * @param retention how long texts are kept
   */
  public Dispatcher(House house, List<Endpoint> endpoints, Retention retention) {
    this.house = house;
    this.settler = new Settler(house.outbox(), o -> {});
    for (Endpoint endpoint : endpoints) {
      Poster poster =
          new Poster(house.vertx(), endpoint, house.guard(), house.clock(), Courier.LANES);
      services.add(
          new Service(
              endpoint,
              new FanOut(endpoint, house),
              new Courier(endpoint, house, settler, poster),
              poster,
              new Bell()));
    }
    this.settling = Thread.ofVirtual().name("webhook settler").unstarted(settler::run);
    for (Service s : services) {
      String name = s.endpoint().name();
      feeding.add(task("webhook news " + name, () -> fanOut(s)));
      delivering.add(task("webhook " + name, () -> s.courier().run(s.fanOut().begin())));
    }
    feeding.add(task("webhook retention", () -> sweep(retention)));
    feeding.add(task("webhook roll call", this::callRoll));
  }

  /** Something that goes on until it is interrupted. */
  @FunctionalInterface
  private interface Task {
    void run() throws InterruptedException;
  }

  /** The database may be away for longer than its own patience lasts: then it begins anew. */
  private static Thread task(String name, Task task) {
    return Thread.ofVirtual()
        .name(name)
        .unstarted(() -> {
          while (true) {
            try {
              task.run();
              return;
            } catch (InterruptedException e) {
              return;
            } catch (RuntimeException e) {
              if (Thread.currentThread().isInterrupted()) {
                return;
              }
              LOG.error("event=webhook_interrupted {}: {}", name, e.getMessage());
              LOG.debug("why {} was interrupted", name, e);
            }
            try {
              Thread.sleep(AFTER_FAILURE);
            } catch (InterruptedException e) {
              return;
            }
          }
        });
  }

  /** Begins; returns once the database knows that this process lives. */
  public void start() {
    presence = house.outbox().enter(house.owner());
    settling.start();
    feeding.forEach(Thread::start);
    delivering.forEach(Thread::start);
  }

  /** Tells that there may be new messages, or something due. */
  public void news() {
    for (Service service : services) {
      service.news().ring();
      service.courier().bell().ring();
    }
  }

  private static void fanOut(Service service) throws InterruptedException {
    int key = service.fanOut().begin();
    while (true) {
      if (service.fanOut().turn(key)) {
        service.courier().bell().ring();
      }
      service.news().await(POLL);
    }
  }

  private void sweep(Retention retention) throws InterruptedException {
    while (true) {
      Instant now = house.clock().instant();
      int n =
          house.outbox().forget(now, now.minus(retention.finished()), now.minus(retention.made()));
      if (n > 0) {
        LOG.info("event=retention deliveries={} were forgotten", n);
      }
      Thread.sleep(SWEEP);
    }
  }

  private void callRoll() throws InterruptedException {
    while (true) {
      int n = house.outbox().releaseOrphans();
      if (n > 0) {
        LOG.info("event=webhook_orphans lanes={} of a process that died are taken over", n);
        services.forEach(s -> s.courier().bell().ring());
      }
      Thread.sleep(ROLL_CALL);
    }
  }

  /**
   * What they took from the outbox a moment ago they give back; only a database that is away
   * delays, and it delays all of them together.
   */
  private static void endSoon(List<Thread> threads) throws InterruptedException {
    long end = System.nanoTime() + LAST.toNanos();
    for (Thread thread : threads) {
      if (!thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        thread.interrupt();
        thread.join();
      }
    }
  }

  /** Lets the posts under way end, and writes what came of them. */
  @Override
  public void close() {
    services.forEach(s -> s.courier().end());
    feeding.forEach(Thread::interrupt);
    try {
      for (Thread thread : feeding) {
        thread.join();
      }
      endSoon(delivering);
      long end = System.nanoTime() + POSTS.toNanos();
      for (Service service : services) {
        service.courier().join(end);
      }
      settler.end();
      endSoon(List.of(settling));
    } catch (InterruptedException e) {
      settling.interrupt();
      Thread.currentThread().interrupt();
    }
    services.forEach(s -> s.poster().close());
    if (presence != null) {
      presence.close();
    }
  }
}
