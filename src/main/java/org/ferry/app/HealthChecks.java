package org.ferry.app;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.ferry.config.Config;
import org.ferry.id.Secret;
import org.ferry.live.Inbox;
import org.ferry.live.sync.PushState;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.web.HealthCheck;
import org.jspecify.annotations.Nullable;

/** What {@code /health/ready} looks at: the database, the homeserver, and the way back from it. */
final class HealthChecks {
  private HealthChecks() {}

  static List<HealthCheck> of(
      Ferry ferry, Inbox inbox, @Nullable WayBack wayBack, Supplier<PushState> pushes) {
    Config config = ferry.config();
    Accounts accounts = new Accounts(ferry);
    List<HealthCheck> checks = new ArrayList<>();
    checks.add(check("database", () -> database(config, inbox)));
    checks.add(check("homeserver", () -> homeserver(ferry.vertx(), config.homeserver())));
    if (wayBack != null) {
      checks.add(check("way_back", () -> wayBack(wayBack)));
      checks.add(check("pushes", () -> pushes(pushes.get())));
    }
    if (config.encryption().pickling() != null) {
      checks.add(check("devices", () -> devices(accounts)));
    }
    return checks;
  }

  /**
   * How many devices stand how: whose they are is nobody's business here, where no token is asked
   * for. A stopped device of the bot's is an outage; that somebody's account needs a token is said,
   * and stops nothing else.
   */
  private static String devices(Accounts accounts) {
    List<Accounts.Standing> all = accounts.list();
    for (Accounts.Standing account : all) {
      if (account.kind().equals("bot") && account.state().equals("stopped")) {
        throw new IllegalStateException(account.detail());
      }
    }
    Map<String, Long> states =
        all.stream()
            .collect(
                Collectors.groupingBy(
                    Accounts.Standing::state, TreeMap::new, Collectors.counting()));
    return states.entrySet().stream()
        .map(s -> s.getValue() + " " + s.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String database(Config config, Inbox inbox) {
    return inbox
        .newest(config.homeserver().domain())
        .map(newest -> Duration.between(newest.at(), InstantSource.system().instant()))
        .map(age -> "last transaction " + age.toSeconds() + " s ago")
        .orElse("no transaction yet");
  }

  /** A homeserver of its own, because versions are asked for once in each. */
  private static String homeserver(Vertx vertx, Config.Homeserver configured) {
    HomeserverOptions options =
        HomeserverOptions.of(configured.address(), configured.domain(), Secret.of("none"));
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

  private static String pushes(PushState state) {
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
