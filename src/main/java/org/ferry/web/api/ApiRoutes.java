package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.ferry.id.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Serves a table of endpoints under {@code /api/v1}. The order of questions is: who asks, how
 * often, for what, whether that may be asked; only then a body is read. Each request has a virtual
 * thread.
 */
public final class ApiRoutes {
  /** Where the API begins. */
  public static final String BASE = "/api/v1";

  /** The header of every answer that names the request in Ferry's log. */
  static final String TRACE = "Ferry-Trace";

  private static final Logger LOG = LoggerFactory.getLogger(ApiRoutes.class);

  /** Messages with files, which are worked on in memory. */
  private static final int MOST_FILES = 2;

  /** What comes in, in all. */
  private static final long MOST_BYTES = 4L * Endpoint.LARGE;

  private static final long SECONDS_FOR_A_TURN = 20;
  private static final Caller NOBODY =
      new Caller("nobody", Set.of(), List.of(), List.of(), Set.of(), null);

  private final RouteTable table;
  private final Guesses guesses;
  private final RateLimit limit;
  private final Forms forms;
  private final Browsers browsers;
  private final Watcher watcher;
  private final Semaphore files = new Semaphore(MOST_FILES);
  private final Bodies bodies = new Bodies(MOST_BYTES);

  /** Told of each request, for the metrics. Called from any thread. */
  public interface Watcher {
    /**
     * A request was answered.
     *
     * @param method the HTTP method
     * @param route the path of the endpoint with names in braces; {@code unknown} for others
     * @param status the HTTP status
     * @param nanos how long it took
     */
    void answered(String method, String route, int status, long nanos);

    /**
     * Somebody showed no token, or a wrong one.
     *
     * @param door where: {@code api}, {@code link} or {@code stream}
     */
    void refused(String door);

    /** So many WebSockets more are open. */
    void sockets(int more);

    /** So many streams of events more are open. */
    void eventStreams(int more);
  }

  ApiRoutes(
      List<Endpoint> endpoints,
      Guesses guesses,
      RateLimit limit,
      Forms forms,
      Browsers browsers,
      Watcher watcher) {
    this.table = new RouteTable(endpoints);
    this.guesses = guesses;
    this.limit = limit;
    this.forms = forms;
    this.browsers = browsers;
    this.watcher = watcher;
  }

  /** The endpoints. */
  List<Endpoint> endpoints() {
    return table.endpoints();
  }

  void into(Router router) {
    Route unusedRoute = router.routeWithRegex("^/api(?:/.*)?$").handler(this::handle);
    Router unusedRouter = router.errorHandler(400, this::malformed);
  }

  /** The router itself refuses a path with a % that encodes nothing, before any route is asked. */
  private void malformed(RoutingContext ctx) {
    browsers.secure(ctx.response());
    new Exchange(ctx).send(Problem.badRequest("the path holds a % that encodes nothing"));
  }

  private void handle(RoutingContext ctx) {
    Exchange exchange = new Exchange(ctx);
    browsers.secure(ctx.response());
    Thread unused = Thread.ofVirtual().name("api").start(() -> serve(exchange));
  }

  /** Every failure ends here, each as a problem document. */
  private void serve(Exchange exchange) {
    long began = System.nanoTime();
    String[] route = {"unknown"};
    RoutingContext ctx = exchange.ctx();
    TraceId trace = trace(ctx.request());
    HttpServerResponse unused = ctx.response().putHeader(TRACE, trace.value());
    MDC.put(TraceId.FIELD, trace.value());
    try {
      run(exchange, route);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.send(new Problem(503, "ending", "Ferry is ending; ask again"));
    } catch (Exception e) {
      if (Failure.isOutage(e)) {
        LOG.warn("event=api_not_now route={} {}", route[0], Failure.words(e));
      }
      exchange.send(Failure.of(e).orElseGet(() -> failed(e, route[0], trace)));
    } finally {
      int status = ctx.response().getStatusCode();
      long nanos = System.nanoTime() - began;
      String method = ctx.request().method().name();
      watcher.answered(method, route[0], status, nanos);
      LOG.debug(
          "event=api_answered method={} route={} status={} ms={}",
          method,
          route[0],
          status,
          nanos / 1_000_000);
      MDC.remove(TraceId.FIELD);
    }
  }

  private static Problem failed(Exception e, String route, TraceId trace) {
    LOG.error("event=api_failed route={} {}", route, e.toString(), e);
    return new Problem(500, "failed", "Ferry failed; its log says how, with the trace " + trace);
  }

  /** The caller's own, where it follows what it does by the rules of the W3C. */
  private static TraceId trace(HttpServerRequest request) {
    String parent = request.getHeader("traceparent");
    return parent == null ? TraceId.fresh() : TraceId.ofParent(parent).orElseGet(TraceId::fresh);
  }

  private void run(Exchange exchange, String[] route) throws Exception {
    HttpServerRequest request = exchange.ctx().request();
    if (browsers.preflight(request, exchange)) {
      return;
    }
    String path = below(Objects.requireNonNullElse(request.path(), ""));
    boolean health = path.equals("/health") && request.method().equals(HttpMethod.GET);
    Caller caller = health ? NOBODY : caller(request, path);
    RouteTable.Match match = table.find(request.method(), path);
    Endpoint endpoint = match.endpoint();
    route[0] = endpoint.path();
    if (endpoint.scope() != null && !caller.equals(NOBODY)) {
      caller.need(endpoint.scope());
    }
    switch (endpoint.action()) {
      case Endpoint.Answering a -> {
        try (Bodies.Share room = bodies.share(caller.name())) {
          Buffer raw = exchange.body(a.largest(), room);
          exchange.send(answer(a, raw, body -> request(caller, match, request, body)));
        }
      }
      case Endpoint.Streaming s -> {
        if (request.getHeader("Upgrade") == null) {
          exchange.release();
        }
        s.work()
            .answer(
                request(caller, match, request, org.ferry.matrix.event.Json.object()), exchange);
      }
    }
  }

  /** Few large bodies are worked on at once: each is in memory several times then. */
  private Reply answer(Endpoint.Answering action, Buffer raw, Function<ObjectNode, Request> request)
      throws Exception {
    boolean large = raw.length() > Endpoint.SMALL;
    if (large && !files.tryAcquire(SECONDS_FOR_A_TURN, TimeUnit.SECONDS)) {
      throw new Problem(503, "busy", "too many files come in at once; ask again")
          .with("Retry-After", "10");
    }
    try {
      return action.work().answer(request.apply(Exchange.parsed(raw)));
    } finally {
      if (large) {
        files.release();
      }
    }
  }

  private Request request(
      Caller caller, RouteTable.Match match, HttpServerRequest request, ObjectNode body) {
    MultiMap query;
    try {
      query = request.params();
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("a parameter holds a % that encodes nothing");
    }
    if (!caller.equals(NOBODY)) {
      forms.query(match.endpoint(), query);
    }
    forms.body(match.endpoint().doc().body(), body);
    return new Request(caller, match.parts(), query, request.headers(), body);
  }

  /** Who asks; nobody where the path lets others than tokens speak for a caller. */
  private Caller caller(HttpServerRequest request, String path) {
    String header = request.getHeader("Authorization");
    if (header == null && isOpen(request.method(), path)) {
      return NOBODY;
    }
    try {
      Caller caller = guesses.caller(request.remoteAddress(), Tokens.shown(header));
      limit.take(caller.name());
      return caller;
    } catch (Problem e) {
      if (e.status() == 401 || e.type().equals(Guesses.TOO_MANY)) {
        watcher.refused("api");
      }
      throw e;
    }
  }

  private boolean isOpen(HttpMethod method, String path) {
    try {
      return table.find(method, path).endpoint().action() instanceof Endpoint.Streaming s
          && s.open();
    } catch (Problem e) {
      return false;
    }
  }

  /** The path as it came; one that only becomes ours when it is tidied up is not ours. */
  private static String below(String path) {
    if (!path.startsWith(BASE + "/")) {
      throw Problem.notFound("the API is at " + BASE + "/");
    }
    return path.substring(BASE.length());
  }
}
