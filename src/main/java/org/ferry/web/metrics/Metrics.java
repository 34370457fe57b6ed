package org.ferry.web.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.ferry.crypto.Incident;
import org.ferry.live.watch.Figures;
import org.ferry.web.api.ApiRoutes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code /metrics} prints. The counters begin at 0 with the process. Safe for use by many
 * threads.
 */
public final class Metrics {
  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
  private static final double[] LATENCIES = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30};

  /** Whoever asks may make up a method, and each would be numbers of its own. */
  private static final Set<String> METHODS =
      Set.of("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH");

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final Histogram requests;
  private final Histogram homeserver;
  private final Counter refusals;
  private final Counter tokens;
  private final List<Supplier<Map<Incident, Long>>> machines = new CopyOnWriteArrayList<>();
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicInteger eventStreams = new AtomicInteger();

  /**
   * Metrics of which all are 0 but for what the database holds.
   *
   * @param figures read whenever somebody asks
   */
  public Metrics(Figures figures) {
    requests =
        Histogram.builder()
            .name("ferry_api_request_seconds")
            .help("How long requests to the API took.")
            .labelNames("method", "route", "status")
            .classicUpperBounds(LATENCIES)
            .classicOnly()
            .withoutExemplars()
            .register(registry);
    homeserver =
        Histogram.builder()
            .name("ferry_homeserver_request_seconds")
            .help("How long the homeserver took to answer with a success; sync waits for news.")
            .labelNames("operation")
            .classicUpperBounds(LATENCIES)
            .classicOnly()
            .withoutExemplars()
            .register(registry);
    refusals =
        Counter.builder()
            .name("ferry_auth_failures_total")
            .help("Requests with no token or a wrong one.")
            .labelNames("door")
            .withoutExemplars()
            .register(registry);
    for (String door : new String[] {"api", "appservice", "link", "stream"}) {
      refusals.initLabelValues(door);
    }
    tokens =
        Counter.builder()
            .name("ferry_token_refreshes_total")
            .help("Access tokens that were taken anew because the homeserver refused the old one.")
            .withoutExemplars()
            .register(registry);
    memory();
    pool(figures);
    registry.register(new FigureMetrics(figures));
    incidents();
    streams();
  }

  private void memory() {
    Runtime runtime = Runtime.getRuntime();
    var unused =
        GaugeWithCallback.builder()
            .name("ferry_memory_bytes")
            .help("The heap of this process.")
            .labelNames("kind")
            .callback(gauge -> {
              gauge.call((double) (runtime.totalMemory() - runtime.freeMemory()), "used");
              gauge.call((double) runtime.maxMemory(), "most");
            })
            .register(registry);
  }

  private void pool(Figures figures) {
    var unused =
        GaugeWithCallback.builder()
            .name("ferry_database_connections")
            .help("Connections of this process to its database, open and at most.")
            .labelNames("kind")
            .callback(gauge -> {
              gauge.call(figures.pool().open(), "open");
              gauge.call(figures.pool().most(), "most");
            })
            .register(registry);
    var unusedToo =
        GaugeWithCallback.builder()
            .name("ferry_database_busy")
            .help("Statements under way; more than there are connections wait for one.")
            .callback(gauge -> gauge.call(figures.pool().busy()))
            .register(registry);
  }

  private void incidents() {
    var unused =
        CounterWithCallback.builder()
            .name("ferry_crypto_incidents_total")
            .help("What encryption threw away, or noted as odd, by reason.")
            .labelNames("reason")
            .callback(counter -> {
              for (Incident incident : Incident.values()) {
                long times =
                    machines.stream().mapToLong(m -> m.get().getOrDefault(incident, 0L)).sum();
                counter.call((double) times, incident.word());
              }
            })
            .register(registry);
  }

  /**
   * Whose encryption counts as well.
   *
   * @param counts how often what happened since the start of this process; asked by any thread
   */
  public void incidentsOf(Supplier<Map<Incident, Long>> counts) {
    boolean unused = machines.add(counts);
  }

  /**
   * What is ready.
   *
   * @param checks whether each is passed, by the names that {@code /health/ready} has; asked for
   *     whenever somebody reads, by any thread
   */
  public void readyAs(Supplier<Map<String, Boolean>> checks) {
    var unused =
        GaugeWithCallback.builder()
            .name("ferry_ready")
            .help("1 where a check of /health/ready is passed, 0 where it is not.")
            .labelNames("check")
            .callback(
                gauge -> checks.get().forEach((check, passed) -> gauge.call(passed ? 1 : 0, check)))
            .register(registry);
  }

  private void streams() {
    var unused =
        GaugeWithCallback.builder()
            .name("ferry_streams")
            .help("Connections that events are handed out on.")
            .labelNames("kind")
            .callback(gauge -> {
              gauge.call(sockets.get(), "websocket");
              gauge.call(eventStreams.get(), "events");
            })
            .register(registry);
  }

  /** Told of the API's requests. */
  public ApiRoutes.Watcher api() {
    return new ApiRoutes.Watcher() {
      @Override
      public void answered(String method, String route, int status, long nanos) {
        String known = METHODS.contains(method) ? method : "other";
        requests.labelValues(known, route, String.valueOf(status)).observe(nanos / 1e9);
      }

      @Override
      public void refused(String door) {
        Metrics.this.refused(door);
      }

      @Override
      public void sockets(int more) {
        int unused = sockets.addAndGet(more);
      }

      @Override
      public void eventStreams(int more) {
        int unused = eventStreams.addAndGet(more);
      }
    };
  }

  /**
   * Somebody showed no token, or a wrong one.
   *
   * @param door where: {@code api}, {@code appservice}, {@code link} or {@code stream}
   */
  public void refused(String door) {
    refusals.labelValues(door).inc();
  }

  /** A token was taken anew. */
  public void tokenRefreshed() {
    tokens.inc();
  }

  /**
   * The homeserver answered.
   *
   * @param operation what it was asked for
   * @param latency how long it took
   */
  public void homeserverAnswered(String operation, Duration latency) {
    homeserver.labelValues(operation).observe(latency.toNanos() / 1e9);
  }

  /** Prints all, on a virtual thread. */
  public void serve(RoutingContext ctx) {
    Thread unused = Thread.ofVirtual().name("metrics").start(() -> print(ctx));
  }

  private void print(RoutingContext ctx) {
    Buffer body;
    try {
      body = Buffer.buffer(text());
    } catch (RuntimeException e) {
      // Who asks must not wait for an answer that never comes.
      LOG.error("event=metrics_failed", e);
      ctx.response().setStatusCode(500).end().onFailure(gone -> {});
      return;
    }
    ctx.response()
        .putHeader(HttpHeaders.CONTENT_TYPE, writer.getContentType())
        .end(body)
        .onFailure(e -> {});
  }

  /** All that is printed. */
  byte[] text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writer.write(out, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
