package org.ferry.app;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.net.BindException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.ferry.config.Config.Listen;
import org.ferry.web.api.Api;

/** An HTTP server on one address. Closing it lets the requests under way finish. */
final class Listener implements AutoCloseable {
  private static final int LONGEST_LINE = 16 * 1024;
  private static final String API = "api.listen";
  private static final int IDLE_SECONDS = 300;
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(10);

  private final HttpServer server;
  private final Listen address;

  private Listener(HttpServer server, Listen address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Listens.
   *
   * @param key which key of the configuration names the address, for messages
   * @throws ListenException where the address cannot be had
   */
  static Listener open(Vertx vertx, Router router, Listen listen, String key) {
    HttpServerOptions options =
        Api.serving(new HttpServerOptions())
            .setHost(listen.host())
            .setPort(listen.port())
            // Nobody needs it, and what upgrades in the middle passes what stands before it.
            .setHttp2ClearTextEnabled(false)
            // Streams are written to every 15 seconds; who is gone without a word is let go.
            .setIdleTimeout(key.equals(API) ? IDLE_SECONDS : 0)
            .setMaxInitialLineLength(LONGEST_LINE)
            .setMaxHeaderSize(LONGEST_LINE);
    try {
      HttpServer server = vertx.createHttpServer(options).requestHandler(router).listen().await();
      return new Listener(server, new Listen(listen.host(), server.actualPort()));
    } catch (Exception e) {
      throw refused(listen, key, e);
    }
  }

  private static ListenException refused(Listen listen, String key, Exception e) {
    String text = String.valueOf(e.getMessage());
    boolean taken = e instanceof BindException && text.contains("in use");
    return new ListenException(
        taken
            ? "another program listens on %s already, perhaps another Ferry; end it or change %s."
                .formatted(listen, key)
            : "cannot listen on %s (%s); change %s.".formatted(listen, text, key),
        taken,
        e);
  }

  /** Where it listens, with the port that was found for port 0. */
  Listen address() {
    return address;
  }

  @Override
  public void close() {
    server.shutdown(LAST_REQUESTS.toSeconds(), TimeUnit.SECONDS).await();
  }
}
