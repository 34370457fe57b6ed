package org.ferry.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on loopback in front of a homeserver that sees each request and can answer in its
 * place, lose the answer, or let a test do something at an exact moment, such as kill a process.
 */
public final class HttpFaultProxy implements AutoCloseable {
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "upgrade",
          "expect",
          "http2-settings",
          ":status");

  private final HttpServer server;
  private final URI upstream;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final AtomicInteger count = new AtomicInteger();
  private final Set<Seen> underWay = ConcurrentHashMap.newKeySet();

  /**
   * A request that came by.
   *
   * @param number counted from 1
   * @param method such as PUT
   * @param path with its query
   * @param raw its bytes, each as the character of that number
   */
  public record Seen(int number, String method, String path, String raw) {
    /** Its body. */
    public byte[] body() {
      return raw.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Its body as text. */
    public String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }
  }

  private enum Effect {
    ANSWER,
    LOSE_REQUEST,
    LOSE_ANSWER,
    SPOIL_ANSWER,
    BEFORE,
    AFTER
  }

  private record Rule(
      Predicate<Seen> which,
      AtomicInteger left,
      Effect effect,
      int status,
      Map<String, String> headers,
      String body,
      Consumer<Seen> action) {
    boolean takes(Seen request) {
      return which.test(request) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  private HttpFaultProxy(HttpServer server, URI upstream) {
    this.server = server;
    this.upstream = upstream;
  }

  /** A proxy that forwards everything until told otherwise. */
  public static HttpFaultProxy to(URI upstream) {
    try {
      var server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
      var proxy = new HttpFaultProxy(server, upstream);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      var unused = server.createContext("/", proxy::handle);
      server.start();
      return proxy;
    } catch (IOException e) {
      throw new IllegalStateException("no port for a proxy", e);
    }
  }

  /** Its address. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** What came by so far. */
  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /**
   * Waits until the server has done all that it was asked, also by who does not hear of it any
   * more.
   */
  public void awaitQuiet() {
    Wait.until(Duration.ofMinutes(2), "requests under way to end", underWay::isEmpty);
  }

  /** Answers the next {@code times} of these requests itself, unforwarded. */
  public void answer(Predicate<Seen> which, int times, int status, String body) {
    answer(which, times, status, Map.of(), body);
  }

  /** Answers the next {@code times} of these requests itself, with headers. */
  public void answer(
      Predicate<Seen> which, int times, int status, Map<String, String> headers, String body) {
    add(which, times, Effect.ANSWER, status, headers, body, r -> {});
  }

  /** Answers the next {@code times} of these requests with 429 and a time to wait. */
  public void limit(Predicate<Seen> which, int times, Duration wait) {
    answer(
        which,
        times,
        429,
        "{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many Requests\",\"retry_after_ms\":%d}"
            .formatted(wait.toMillis()));
  }

  /** Breaks the connection of the next {@code times} of these requests; the server sees none. */
  public void loseRequest(Predicate<Seen> which, int times) {
    add(which, times, Effect.LOSE_REQUEST, 0, Map.of(), "", r -> {});
  }

  /** Lets the server do what these ask and breaks the connection instead of answering. */
  public void loseAnswer(Predicate<Seen> which, int times) {
    add(which, times, Effect.LOSE_ANSWER, 0, Map.of(), "", r -> {});
  }

  /** Lets the server do what these ask and answers something else in its place. */
  public void spoilAnswer(Predicate<Seen> which, int times, int status, String body) {
    add(which, times, Effect.SPOIL_ANSWER, status, Map.of(), body, r -> {});
  }

  /** Hands the answers to the next {@code times} of these requests on so much later. */
  public void delayAnswer(Predicate<Seen> which, int times, Duration delay) {
    after(
        which,
        times,
        seen -> {
          try {
            // The delay is the fault itself: nothing is waited for.
            Thread.sleep(delay);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Does something before the next {@code times} of these requests are forwarded. */
  public void before(Predicate<Seen> which, int times, Consumer<Seen> action) {
    add(which, times, Effect.BEFORE, 0, Map.of(), "", action);
  }

  /** Does something when the server has answered these, before the answer is handed on. */
  public void after(Predicate<Seen> which, int times, Consumer<Seen> action) {
    add(which, times, Effect.AFTER, 0, Map.of(), "", action);
  }

  /** Forwards everything again. */
  public void heal() {
    rules.clear();
  }

  private void add(
      Predicate<Seen> which,
      int times,
      Effect effect,
      int status,
      Map<String, String> headers,
      String body,
      Consumer<Seen> action) {
    rules.add(new Rule(which, new AtomicInteger(times), effect, status, headers, body, action));
  }

  private void handle(HttpExchange exchange) throws IOException {
    var request =
        new Seen(
            count.incrementAndGet(),
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
    underWay.add(request);
    seen.add(request);
    try (exchange) {
      Rule instead = first(request, Effect.ANSWER, Effect.LOSE_REQUEST);
      if (instead != null) {
        if (instead.effect == Effect.ANSWER) {
          instead.headers.forEach(exchange.getResponseHeaders()::set);
          respond(exchange, instead.status, instead.body.getBytes(StandardCharsets.UTF_8));
        }
        return;
      }
      forward(exchange, request);
    } finally {
      underWay.remove(request);
    }
  }

  private void forward(HttpExchange exchange, Seen request) throws IOException {
    act(request, Effect.BEFORE);
    HttpResponse<byte[]> response = ask(exchange, request);
    act(request, Effect.AFTER);
    if (response == null || first(request, Effect.LOSE_ANSWER) != null) {
      return;
    }
    Rule spoilt = first(request, Effect.SPOIL_ANSWER);
    if (spoilt != null) {
      respond(exchange, spoilt.status, spoilt.body.getBytes(StandardCharsets.UTF_8));
      return;
    }
    response
        .headers()
        .map()
        .forEach((name, values) -> {
          if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
            exchange.getResponseHeaders().put(name, values);
          }
        });
    respond(exchange, response.statusCode(), response.body());
  }

  private void act(Seen request, Effect effect) {
    Rule rule = first(request, effect);
    if (rule != null) {
      rule.action.accept(request);
    }
  }

  private @Nullable Rule first(Seen request, Effect... effects) {
    for (Rule rule : rules) {
      if (List.of(effects).contains(rule.effect) && rule.takes(request)) {
        return rule;
      }
    }
    return null;
  }

  private @Nullable HttpResponse<byte[]> ask(HttpExchange exchange, Seen request) {
    var copy =
        HttpRequest.newBuilder(URI.create(upstream + request.path()))
            .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> copy.header(name, value));
          }
        });
    try {
      return client.send(copy.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      return null; // The server is down: the client sees a broken connection, as without a proxy.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static void respond(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
    client.shutdownNow();
  }
}
