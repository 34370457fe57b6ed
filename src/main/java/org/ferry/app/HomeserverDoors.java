package org.ferry.app;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.config.Config;
import org.ferry.id.Secret;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.live.sync.Doors;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.matrix.client.WellKnown;
import org.ferry.web.metrics.Metrics;
import org.jspecify.annotations.Nullable;

/**
 * Ways to homeservers: the configured one for its own users, any other by the name in a user's id.
 * A client for each token, opened when it is first asked for and closed with this.
 */
final class HomeserverDoors implements Doors, AutoCloseable {
  /** One request is repeated this long; whoever follows goes on after that. */
  private static final Duration OUTAGE = Duration.ofSeconds(30);

  /** A sync waits for news; a request beside it, and one more. */
  private static final int CONNECTIONS = 4;

  private static final Duration SILENCE = Duration.ofSeconds(90);
  private static final String ELSEWHERE =
      "let that file say where the homeserver is: what can be configured is the address of homeserver.domain alone";
  private static final Secret NONE = Secret.of("none");

  private final Vertx vertx;
  private final Config.Homeserver configured;
  private final InstantSource clock;
  private final @Nullable Metrics metrics;
  private final Map<UserId, Secret> tokens = new ConcurrentHashMap<>();
  private final @Nullable Homeserver service;
  private final Map<String, Homeserver> open = new ConcurrentHashMap<>();
  private final Set<Homeserver> left = ConcurrentHashMap.newKeySet();
  private final Map<String, String> addresses = new ConcurrentHashMap<>();

  /**
   * Opens the way of the application service.
   *
   * @param asToken its token; null where Ferry is none
   * @param metrics told of answers and of tokens that were taken anew; null for nobody
   */
  HomeserverDoors(
      Vertx vertx,
      Config.Homeserver configured,
      @Nullable Secret asToken,
      InstantSource clock,
      @Nullable Metrics metrics) {
    this.vertx = vertx;
    this.configured = configured;
    this.clock = clock;
    this.metrics = metrics;
    this.service =
        asToken == null
            ? null
            : new Homeserver(
                vertx,
                HomeserverOptions.of(configured.address(), configured.domain(), asToken),
                Patience.of(OUTAGE),
                clock);
    if (service != null) {
      watch(service);
    }
  }

  @Override
  public Homeserver service() {
    if (service == null) {
      throw new IllegalStateException("Ferry is no application service here");
    }
    return service;
  }

  private void watch(Homeserver homeserver) {
    if (metrics != null) {
      homeserver.onAnswer(metrics::homeserverAnswered);
    }
  }

  @Override
  public Homeserver personal(UserId user, Secret token) {
    Secret before = tokens.put(user, token);
    if (before != null && !before.equals(token)) {
      if (metrics != null) {
        metrics.tokenRefreshed();
      }
      leave(open.remove(door(user, before)));
    }
    return open(door(user, token), user.server(), token);
  }

  private static String door(UserId user, Secret token) {
    return user.value() + " " + Sha256.hex(token.reveal());
  }

  /** What was asked with the former token ends by itself. */
  private void leave(@Nullable Homeserver former) {
    if (former != null) {
      left.add(former);
      long unused =
          vertx.setTimer(
              SILENCE.plus(OUTAGE).toMillis(),
              timer -> {
                if (left.remove(former)) {
                  former.close();
                }
              });
    }
  }

  @Override
  public Homeserver anonymous(UserId user) {
    return open(user.server(), user.server(), NONE);
  }

  private Homeserver open(String door, String server, Secret token) {
    Homeserver known = open.get(door);
    if (known != null) {
      return known;
    }
    // Before the map is touched: who waits inside it holds a carrier of virtual threads.
    String address = address(server);
    return open.computeIfAbsent(door, d -> opened(address, server, token));
  }

  private Homeserver opened(String address, String server, Secret token) {
    HomeserverOptions options = new HomeserverOptions(address, server, token, CONNECTIONS, SILENCE);
    Homeserver homeserver = Homeserver.personal(vertx, options, Patience.of(OUTAGE), clock);
    watch(homeserver);
    return homeserver;
  }

  private String address(String server) {
    if (server.equals(configured.domain())) {
      return configured.address();
    }
    String known = addresses.get(server);
    if (known != null) {
      return known;
    }
    String found = WellKnown.address(server, ELSEWHERE);
    addresses.put(server, found);
    return found;
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    open.values().forEach(Homeserver::close);
    left.forEach(Homeserver::close);
  }
}
