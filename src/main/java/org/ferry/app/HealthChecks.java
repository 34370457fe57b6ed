package org.ferry.app;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.ferry.config.Config;
import org.ferry.live.Inbox;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.web.HealthCheck;

/** What {@code /health/ready} looks at: the database, the homeserver, and the way back from it. */
final class HealthChecks {
  private HealthChecks() {}

  static List<HealthCheck> of(
      Vertx vertx, Config config, HomeserverOptions options, Inbox inbox, WayBack wayBack) {
    return List.of(
        check("database", () -> database(config, inbox)),
        check("homeserver", () -> homeserver(vertx, options)),
        check("way_back", () -> wayBack(wayBack)));
  }

  private static String database(Config config, Inbox inbox) {
    return inbox
        .lastReceived(config.homeserver().domain())
        .map(at -> Duration.between(at, InstantSource.system().instant()))
        .map(age -> "last transaction " + age.toSeconds() + " s ago")
        .orElse("no transaction yet");
  }

  /** A homeserver of its own, because versions are asked for once in each. */
  private static String homeserver(Vertx vertx, HomeserverOptions options) {
    try (Homeserver fresh =
        new Homeserver(vertx, options, Patience.none(), InstantSource.system())) {
      int versions = fresh.versions().versions().size();
      return fresh.address() + " speaks " + versions + " versions of the protocol";
    }
  }

  private static String wayBack(WayBack wayBack) {
    WayBack.State state = wayBack.state();
    if (!state.open()) {
      throw new IllegalStateException(state.detail());
    }
    return state.detail();
  }

  private static HealthCheck check(String name, Callable<String> work) {
    return new HealthCheck() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String check() throws Exception {
        return work.call();
      }
    };
  }
}
