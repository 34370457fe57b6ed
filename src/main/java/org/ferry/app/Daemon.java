package org.ferry.app;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.live.TransactionStore;
import org.ferry.live.Typing;
import org.ferry.live.message.News;
import org.ferry.live.sending.Sending;
import org.ferry.live.sync.Following;
import org.ferry.live.watch.MediaFiles;
import org.ferry.matrix.appservice.AppserviceRoutes;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.store.PgInbox;
import org.ferry.store.Setup;
import org.ferry.store.api.PgFigures;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNews;
import org.ferry.store.live.PgTyping;
import org.ferry.web.HealthRoutes;
import org.ferry.web.metrics.Metrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code ferry run} keeps open: the application service, the health pages, and the question
 * whether the homeserver reaches them.
 */
public final class Daemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);
  private static final Duration PING_PAUSE = Duration.ofSeconds(15);

  private final Closing closing;
  private final Config.@Nullable Listen appservice;
  private final Config.Listen health;
  private final Sending sending;

  private Daemon(
      Closing closing, Config.@Nullable Listen appservice, Config.Listen health, Sending sending) {
    this.closing = closing;
    this.sending = sending;
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
      closing.after(e);
      throw e;
    }
  }

  private static Daemon open(Ferry ferry, Closing closing) {
    Config config = ferry.config();
    Vertx vertx = ferry.vertx();
    Setup.of(ferry.database()).forgetful().forEach(f -> LOG.warn("event=database_forgets {}", f));
    PgInbox inbox = new PgInbox(ferry.database());
    Registration registration = registration(config);
    Metrics metrics = new Metrics(new PgFigures(ferry.database()));
    ApiAddress address = new ApiAddress(config.access().publicUrl());
    PgChannels channels = closing.add(new PgChannels(ferry.database()), PgChannels::close);
    PgTyping typing = closing.add(new PgTyping(channels, ferry.clock()), PgTyping::close);
    LivePart live = LivePart.make(ferry, closing, registration, metrics, channels);
    Following following = live.following();
    channels.onOthers(PgChannels.TRANSACTIONS, following::transactionStored);
    Listener appservice = null;
    WayBack wayBack = null;
    if (registration != null) {
      appservice =
          closing.add(
              listen(ferry, registration, inbox, following, metrics, typing), Listener::close);
      wayBack = closing.add(wayBack(ferry, closing, registration), WayBack::close);
      live.doors().service().onTokenRefused(wayBack::tokenRefused);
    }
    News news = new PgNews(channels);
    WebhookPart webhooks =
        closing.add(
            new WebhookPart(
                ferry,
                new PgMessages(ferry.database()),
                news,
                ApiPart.mediaLinks(config, registration, address),
                files(ferry, closing, live, metrics)),
            WebhookPart::close);
    HealthRoutes pages =
        new HealthRoutes(HealthChecks.of(ferry, inbox, wayBack, following::pushes));
    metrics.readyAs(pages::verdicts);
    Router router = Router.router(vertx);
    pages.into(router);
    router.get("/metrics").handler(metrics::serve);
    ApiPart.make(
            ferry, closing, registration, live, metrics, address, new ApiPart.Heard(news, typing))
        .into(router);
    Listener health =
        closing.add(Listener.open(vertx, router, config.api(), "api.listen"), Listener::close);
    address.listensOn(health.address());
    following.start();
    webhooks.start();
    // Last, so that whoever reads that the homeserver reaches Ferry finds the API open as well.
    if (wayBack != null) {
      wayBack.start();
    }
    return new Daemon(
        closing,
        appservice == null ? null : appservice.address(),
        health.address(),
        live.sending());
  }

  /** Who only follows accounts needs none. */
  private static @Nullable Registration registration(Config config) {
    Path file = config.appservice().registration();
    return config.people().isEmpty() || Files.exists(file) ? RegistrationFile.read(file) : null;
  }

  private static Listener listen(
      Ferry ferry,
      Registration registration,
      PgInbox inbox,
      Following following,
      Metrics metrics,
      Typing typing) {
    Config config = ferry.config();
    AppserviceRoutes routes =
        new AppserviceRoutes(
            registration.hsToken(),
            new TransactionStore(
                config.homeserver().domain(),
                config.bot(),
                inbox,
                ferry.clock(),
                following::transactionStored,
                typing),
            new LedgerNames(config.bot(), ferry.crossings()),
            () -> metrics.refused("appservice"));
    return Listener.open(
        ferry.vertx(),
        routes.router(ferry.vertx()),
        config.appservice().listen(),
        "appservice.listen");
  }

  /** With connections of their own: who asks the API for a file does not wait for webhooks. */
  private static MediaFiles files(Ferry ferry, Closing closing, LivePart live, Metrics metrics) {
    Config config = ferry.config();
    ServiceDoorway door =
        closing.add(
            new ServiceDoorway(ferry.vertx(), config, ferry.clock(), metrics),
            ServiceDoorway::close);
    return new MediaFiles(door, config.bot(), live.readers()::intent, ferry::scratchFile);
  }

  private static WayBack wayBack(Ferry ferry, Closing closing, Registration registration) {
    Config config = ferry.config();
    HomeserverOptions options =
        HomeserverOptions.of(
            config.homeserver().address(), config.homeserver().domain(), registration.asToken());
    Homeserver asked =
        closing.add(
            new Homeserver(ferry.vertx(), options, Patience.none(), ferry.clock()),
            Homeserver::close);
    return new WayBack(config, asked, PING_PAUSE);
  }

  /** Where the homeserver's requests are taken; empty where Ferry only follows accounts. */
  public Optional<Config.Listen> appservice() {
    return Optional.ofNullable(appservice);
  }

  /** How whoever writes live does it. */
  Sending sending() {
    return sending;
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
