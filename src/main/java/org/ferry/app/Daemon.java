package org.ferry.app;

import io.vertx.core.Vertx;
import java.time.Duration;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.live.TransactionStore;
import org.ferry.matrix.appservice.AppserviceRoutes;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.store.PgInbox;
import org.ferry.web.HealthRoutes;

/**
 * What {@code ferry run} keeps open: the application service, the health pages, and the question
 * whether the homeserver reaches them.
 */
public final class Daemon implements AutoCloseable {
  private static final Duration PING_PAUSE = Duration.ofSeconds(15);

  private final Closing closing;
  private final Config.Listen appservice;
  private final Config.Listen health;

  private Daemon(Closing closing, Config.Listen appservice, Config.Listen health) {
    this.closing = closing;
    this.appservice = appservice;
    this.health = health;
  }

  /**
   * Opens everything; transactions are taken from when this returns.
   *
   * @param ferry stays the caller's
   * @throws ListenException where an address cannot be had
   */
  public static Daemon open(Ferry ferry) {
    Closing closing = new Closing();
    try {
      return open(ferry, closing);
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static Daemon open(Ferry ferry, Closing closing) {
    Config config = ferry.config();
    Vertx vertx = ferry.vertx();
    Registration registration = RegistrationFile.read(config.appservice().registration());
    PgInbox inbox = new PgInbox(ferry.database());
    AppserviceRoutes routes =
        new AppserviceRoutes(
            registration.hsToken(),
            new TransactionStore(config.homeserver().domain(), inbox, ferry.clock()),
            new LedgerNames(config.bot(), ferry.crossings()));
    Listener appservice =
        closing.add(
            Listener.open(
                vertx, routes.router(vertx), config.appservice().listen(), "appservice.listen"),
            Listener::close);
    HomeserverOptions options =
        HomeserverOptions.of(
            config.homeserver().address(), config.homeserver().domain(), registration.asToken());
    Homeserver asked =
        closing.add(
            new Homeserver(vertx, options, Patience.none(), ferry.clock()), Homeserver::close);
    WayBack wayBack = closing.add(new WayBack(config, asked, PING_PAUSE), WayBack::close);
    HealthRoutes pages = new HealthRoutes(HealthChecks.of(vertx, config, options, inbox, wayBack));
    Listener health =
        closing.add(
            Listener.open(vertx, pages.router(vertx), config.api(), "api.listen"), Listener::close);
    return new Daemon(closing, appservice.address(), health.address());
  }

  /** Where the homeserver's requests are taken. */
  public Config.Listen appservice() {
    return appservice;
  }

  /** Where the health pages are. */
  public Config.Listen health() {
    return health;
  }

  @Override
  public void close() {
    closing.close();
  }
}
