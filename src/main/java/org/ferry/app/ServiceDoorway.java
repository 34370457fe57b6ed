package org.ferry.app;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;
import org.ferry.live.provision.ProvisionException;
import org.ferry.live.provision.ServiceDoor;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.web.metrics.Metrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the homeserver with the token of the registration file, which is read again when the
 * homeserver knows the token no more.
 */
final class ServiceDoorway implements ServiceDoor, AutoCloseable {
  /** Whoever asks over HTTP waits this long at most for a homeserver that is away or busy. */
  private static final Duration OUTAGE = Duration.ofSeconds(20);

  private static final Logger LOG = LoggerFactory.getLogger(ServiceDoorway.class);

  private final Vertx vertx;
  private final Config config;
  private final InstantSource clock;
  private final Metrics metrics;
  private final List<Homeserver> opened = new ArrayList<>();
  private final @Nullable Admin admin;
  private @Nullable Homeserver present;
  private @Nullable Secret token;

  ServiceDoorway(Vertx vertx, Config config, InstantSource clock, Metrics metrics) {
    this.metrics = metrics;
    this.vertx = vertx;
    this.config = config;
    this.clock = clock;
    Secret adminToken = config.homeserver().adminToken();
    this.admin = adminToken == null ? null : new Admin(open(adminToken));
    if (Files.exists(config.appservice().registration())) {
      boolean unused = read();
    }
  }

  @Override
  public synchronized Homeserver homeserver() {
    if (present == null && !read()) {
      throw new ProvisionException(
          ProvisionException.Kind.CONFLICT,
          "Ferry is no application service here, and makes no users and rooms; see ferry init");
    }
    return java.util.Objects.requireNonNull(present);
  }

  @Override
  public synchronized boolean renewed(Homeserver refused) {
    boolean other = present != null && !present.equals(refused);
    boolean fresh = other || read();
    if (fresh) {
      metrics.tokenRefreshed();
    }
    return fresh;
  }

  @Override
  public Optional<Admin> admin() {
    return Optional.ofNullable(admin);
  }

  /** True where the file holds another token than the present one. */
  private boolean read() {
    Path file = config.appservice().registration();
    try {
      Secret now = RegistrationFile.read(file).asToken();
      if (token != null && now.equals(token)) {
        return false;
      }
      token = now;
      present = open(now);
      return true;
    } catch (ConfigException e) {
      LOG.warn("event=registration_unreadable {}", e.getMessage());
      return false;
    }
  }

  private Homeserver open(Secret secret) {
    HomeserverOptions options =
        HomeserverOptions.of(config.homeserver().address(), config.homeserver().domain(), secret);
    Homeserver homeserver = new Homeserver(vertx, options, Patience.of(OUTAGE), clock);
    homeserver.onWaiting(sentence -> LOG.warn("event=homeserver_waited_for {}", sentence));
    homeserver.onAnswer(metrics::homeserverAnswered);
    boolean unused = opened.add(homeserver);
    return homeserver;
  }

  @Override
  public synchronized void close() {
    opened.forEach(Homeserver::close);
  }
}
