package org.ferry.app;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.ferry.config.Config;
import org.ferry.live.Threads;
import org.ferry.matrix.client.Errcode;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.Unreachable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the homeserver reaches Ferry, by the ping of Matrix 1.7, again and again until
 * it does, and from time to time afterwards: either side may be started first. Says what is wrong
 * once, not at each try.
 */
final class WayBack implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WayBack.class);
  private static final String UNKNOWN = "not known yet";

  /** A way that was open can be closed: another address, another registration. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

  /** A token that was known and is not any more stays so until somebody acts. */
  private static final Duration LOST = Duration.ofMinutes(2);

  private final Config config;
  private final Homeserver homeserver;
  private final Duration pause;
  private final AtomicReference<State> state = new AtomicReference<>(new State(false, UNKNOWN));
  private final Semaphore hint = new Semaphore(0);
  private final Thread thread;
  private volatile boolean opened;
  private volatile boolean refused;

  /**
   * What is known.
   *
   * @param open whether the homeserver reached Ferry
   * @param detail what was found, and the remedy where it did not
   */
  record State(boolean open, String detail) {}

  /**
   * Asks nothing yet.
   *
   * @param homeserver one that gives up at once
   * @param pause between two tries
   */
  WayBack(Config config, Homeserver homeserver, Duration pause) {
    this.config = config;
    this.homeserver = homeserver;
    this.pause = pause;
    this.thread = Thread.ofVirtual().name("ping").unstarted(this::askOn);
  }

  /** Begins to ask; call it once, when everything that listens is open. */
  void start() {
    thread.start();
  }

  /** Another request found the token refused: asks at once, unless that is known. */
  void tokenRefused() {
    if (state.get().open()) {
      hint.release();
    }
  }

  State state() {
    return state.get();
  }

  private void askOn() {
    try {
      while (true) {
        Duration wait = ask().open() ? LOOK_AGAIN : opened && refused ? LOST : pause;
        if (hint.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          int unused = hint.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private State ask() {
    State now;
    try {
      homeserver.as(config.bot()).ping(config.appservice().id(), "ferry-" + UUID.randomUUID());
      now = reached();
      opened = true;
    } catch (HomeserverFailure e) {
      refused = e instanceof MatrixException m && m.isTokenRefused();
      now = failed(e);
    }
    if (!now.equals(state.getAndSet(now))) {
      tell(now);
    }
    return now;
  }

  private void tell(State now) {
    if (now.equals(reached())) {
      LOG.info("event=ping_ok url={}", config.appservice().address());
    } else if (now.open()) {
      LOG.info("event=ping_unknown {}", now.detail());
    } else {
      LOG.warn("event=ping_failed {}", now.detail());
    }
  }

  private State reached() {
    return new State(true, "the homeserver reaches Ferry at " + config.appservice().address());
  }

  private State failed(HomeserverFailure failure) {
    if (failure instanceof Unreachable e) {
      return new State(false, e.reason());
    }
    if (!(failure instanceof MatrixException e)) {
      return new State(false, String.valueOf(failure.getMessage()));
    }
    if (Errcode.isPingAnswered(e.errcode(), e.error())) {
      return reached();
    }
    if (e.isUnrecognized()) {
      return new State(true, "this homeserver has no ping; its first transaction will tell");
    }
    return new State(false, remedy(e) + " (" + e.getMessage() + ")");
  }

  private String remedy(MatrixException e) {
    Config.Appservice ours = config.appservice();
    if (e.isTokenRefused() || e.isForbidden()) {
      return "the homeserver does not know Ferry's token: hand it %s, name that in app_service_config_files and restart it"
          .formatted(ours.registration());
    }
    return switch (e.errcode()) {
      case "M_URL_NOT_SET" ->
          "the registration that the homeserver reads has no url; hand it %s and restart it"
              .formatted(ours.registration());
      case "M_BAD_STATUS" ->
          "something else answers at %s, or the homeserver reads an older registration with another hs_token; hand it %s and restart it"
              .formatted(ours.address(), ours.registration());
      default ->
          "the homeserver cannot reach Ferry at %s while Ferry listens on %s; set appservice.address to what the homeserver can reach (from a container, the host's address or the service's name), and restart the homeserver where it still reads an older registration"
              .formatted(ours.address(), ours.listen());
    };
  }

  @Override
  public void close() {
    Threads.end(thread);
  }
}
