package org.ferry.webhook;

import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.ferry.id.TraceId;
import org.jspecify.annotations.Nullable;

/**
 * Signs posts to one endpoint and sends them. Redirections are not followed, proxies of the
 * environment not used. Safe for use by many threads; blocks and is never called on an event loop.
 */
public final class Poster implements AutoCloseable {
  /** Of an answer nothing behind this is read. */
  static final int MOST_BYTES = 64 * 1024;

  private static final String NO_HTTP = "no answer: what answers there speaks no HTTP";
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration TOTAL = Duration.ofSeconds(15);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final long BODY_MS = 2_000;
  private static final int RESOLVING = 4;
  private static final int WORDS = 300;

  private final Vertx vertx;
  private final Endpoint endpoint;
  private final Guard guard;
  private final InstantSource clock;
  private final HttpClient client;
  // Of a name that is never resolved not more questions wait than these.
  private final Semaphore asking = new Semaphore(RESOLVING);
  private final String path;
  private final boolean tls;
  private final Duration total;

  /** Where the last connection was taken. */
  private volatile @Nullable InetSocketAddress last;

  /**
   * A poster.
   *
   * @param vertx whose event loops are used
   * @param endpoint where to
   * @param guard asked for the address at each post
   * @param clock now, for the timestamps
   * @param connections held open at most
   */
  public Poster(Vertx vertx, Endpoint endpoint, Guard guard, InstantSource clock, int connections) {
    this(vertx, endpoint, guard, clock, connections, TOTAL);
  }

  Poster(
      Vertx vertx,
      Endpoint endpoint,
      Guard guard,
      InstantSource clock,
      int connections,
      Duration total) {
    this.vertx = vertx;
    this.endpoint = endpoint;
    this.guard = guard;
    this.clock = clock;
    this.total = total;
    this.tls = endpoint.url().getScheme().equalsIgnoreCase("https");
    String raw = endpoint.url().getRawPath();
    String query = endpoint.url().getRawQuery();
    this.path = (raw == null || raw.isEmpty() ? "/" : raw) + (query == null ? "" : "?" + query);
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setSsl(tls)
                .setForceSni(tls)
                .setConnectTimeout((int) CONNECT.toMillis())
                .setKeepAliveTimeout((int) IDLE.toSeconds())
                .setMaxHeaderSize(32 * 1024)
                .setDecompressionSupported(false),
            new PoolOptions().setHttp1MaxSize(connections));
  }

  /**
   * Makes one attempt.
   *
   * @param post what
   * @return what came of it; failures are answers too
   */
  public Answer send(Post post) throws InterruptedException {
    long begin = System.nanoTime();
    long end = begin + total.toNanos();
    Instant now = clock.instant();
    try {
      List<InetSocketAddress> addresses = addresses(end);
      Got got =
          exchange(addresses, new Attempt(post, now, end))
              .toCompletionStage()
              .toCompletableFuture()
              .get(left(end), TimeUnit.MILLISECONDS);
      Duration hold =
          got.status() / 100 == 2 ? Duration.ZERO : Schedule.retryAfter(got.retryAfter(), now);
      return new Answer(got.status(), "answered " + got.status(), got.said(), hold, since(begin));
    } catch (TimeoutException e) {
      return late(begin);
    } catch (ExecutionException e) {
      return left(end) <= 1 ? late(begin) : failed(e.getCause() == null ? e : e.getCause(), begin);
    }
  }

  private Answer late(long begin) {
    return none("no answer within " + total.toSeconds() + " s", "", begin);
  }

  private Answer failed(Throwable cause, long begin) {
    String said = words(String.valueOf(cause.getMessage()));
    return switch (cause) {
      case Refused e -> none("not sent: " + e.getMessage(), "", begin);
      case UnknownHostException e ->
          none("the name " + endpoint.url().getHost() + " has no address", "", begin);
      case SocketException e -> none("no answer: " + said, "", begin);
      case TimeoutException e -> none("no answer: no connection in time", "", begin);
      case HttpClosedException e -> none("no answer: the connection was closed", "", begin);
      case SSLException e -> none("no answer: " + tls(e), "", begin);
      // How a status line, headers or chunks that are none end.
      case IllegalArgumentException e -> none(NO_HTTP, said, begin);
      case DecoderException e -> none(NO_HTTP, said, begin);
      // Whatever else goes wrong may quote what came from there.
      default -> none("no answer: the exchange broke off", said, begin);
    };
  }

  /** What Vert.x says of it is the same for all; its cause is what helps. */
  private static String tls(SSLException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof NotSslRecordException
        ? "what answers there speaks no TLS"
        : words("no trusted TLS connection: " + root.getMessage());
  }

  /**
   * The addresses to connect to, asked for where it may take as long as it likes. The one that took
   * the last connection is first.
   */
  private List<InetSocketAddress> addresses(long end)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!asking.tryAcquire(left(end), TimeUnit.MILLISECONDS)) {
      throw new TimeoutException("earlier questions for the name wait yet");
    }
    List<InetSocketAddress> all =
        guard
            .ask(endpoint.url(), endpoint.allowPrivate(), asking::release)
            .get(left(end), TimeUnit.MILLISECONDS);
    return all.stream().sorted(Comparator.comparing(a -> !a.equals(last))).toList();
  }

  /** Milliseconds until then, one at least. */
  private static long left(long end) {
    return Math.max(1, (end - System.nanoTime()) / 1_000_000);
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private static Answer none(String words, String said, long begin) {
    return new Answer(0, words, said, Duration.ZERO, since(begin));
  }

  private record Got(int status, @Nullable String retryAfter, String said) {}

  private record Attempt(Post post, Instant now, long end) {}

  private Future<Got> exchange(List<InetSocketAddress> addresses, Attempt attempt) {
    return connected(addresses, attempt).compose(request -> sent(request, attempt));
  }

  /** Nothing was sent to whoever takes no connection, so the next address may be tried. */
  private Future<HttpClientRequest> connected(List<InetSocketAddress> addresses, Attempt attempt) {
    InetSocketAddress address = addresses.getFirst();
    List<InetSocketAddress> others = addresses.subList(1, addresses.size());
    long patience = Math.min(CONNECT.toMillis(), left(attempt.end()) / addresses.size());
    return client
        .request(options(address, Math.max(1, patience), attempt))
        .onSuccess(request -> last = address)
        .recover(e ->
            isUnconnected(e) && !others.isEmpty() && left(attempt.end()) > 1
                ? connected(others, attempt)
                : Future.failedFuture(e));
  }

  private static boolean isUnconnected(Throwable e) {
    return e instanceof SocketException || e instanceof TimeoutException;
  }

  private RequestOptions options(InetSocketAddress address, long patience, Attempt attempt) {
    URI url = endpoint.url();
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setHost(url.getHost())
        .setPort(Guard.port(url))
        .setServer(SocketAddress.inetSocketAddress(address))
        .setSsl(tls)
        .setURI(path)
        .setFollowRedirects(false)
        .setConnectTimeout(patience)
        .setTimeout(left(attempt.end()));
  }

  private Future<Got> sent(HttpClientRequest request, Attempt attempt) {
    if (System.nanoTime() - attempt.end() > 0) {
      // Nobody waits for it any more: it must not go out beside the next attempt.
      cut(request);
      return Future.failedFuture(new TimeoutException());
    }
    Post post = attempt.post();
    long seconds = attempt.now().getEpochSecond();
    MultiMap headers = request.headers();
    for (var header : headers(post, seconds).entrySet()) {
      headers = headers.set(header.getKey(), header.getValue());
    }
    // Nobody else can hold on to the connection of an exchange that takes too long.
    long timer = vertx.setTimer(left(attempt.end()), t -> cut(request));
    return request
        .send(post.body())
        .compose(response -> received(request, response))
        .onComplete(r -> stop(timer));
  }

  private Map<String, String> headers(Post post, long seconds) {
    Map<String, String> headers = new LinkedHashMap<>(endpoint.headers());
    headers.put("content-type", "application/json");
    headers.put("user-agent", "Ferry");
    headers.put(Signature.ID, post.id());
    headers.put(Signature.TIMESTAMP, Long.toString(seconds));
    byte[] body = post.body().getBytes();
    headers.put(Signature.SIGNATURE, Signature.make(endpoint.secrets(), post.id(), seconds, body));
    if (!post.trace().isEmpty()) {
      headers.putIfAbsent("traceparent", new TraceId(post.trace()).parent());
    }
    headers.put("ferry-attempt", Integer.toString(post.attempt()));
    if (post.repeat()) {
      headers.put("ferry-repeat", "true");
    }
    if (post.replay()) {
      headers.put("ferry-replay", "true");
    }
    return headers;
  }

  /** Ends the exchange and its connection. */
  private static void cut(HttpClientRequest request) {
    var unused = request.reset();
  }

  private void stop(long timer) {
    boolean unused = vertx.cancelTimer(timer);
  }

  /**
   * The status says it all; the rest of the answer is read for the connection's sake, and for what
   * it says of a failure, but not for long and not whole.
   */
  private Future<Got> received(HttpClientRequest request, HttpClientResponse response) {
    Promise<Got> promise = Promise.promise();
    Buffer body = Buffer.buffer();
    long[] read = {0};
    Runnable done =
        () -> {
          boolean unused =
              promise.tryComplete(
                  new Got(
                      response.statusCode(),
                      response.getHeader("retry-after"),
                      words(body.toString())));
        };
    long timer =
        vertx.setTimer(
            BODY_MS,
            t -> {
              done.run();
              cut(request);
            });
    var unused =
        response
            .handler(chunk -> {
              read[0] += chunk.length();
              if (body.length() < WORDS * 4) {
                var unusedToo = body.appendBuffer(chunk, 0, Math.min(chunk.length(), WORDS * 4));
              }
              if (read[0] > MOST_BYTES) {
                done.run();
                cut(request);
              }
            })
            .endHandler(v -> done.run())
            .exceptionHandler(e -> done.run());
    return promise.future().onComplete(r -> stop(timer));
  }

  /** One line that fits a log and a terminal. */
  static String words(String text) {
    String line =
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
            .replaceAll("[\\p{Cntrl}\\p{Cf}\\s]+", " ")
            .strip();
    return line.length() > WORDS ? line.substring(0, WORDS) + "…" : line;
  }

  @Override
  public void close() {
    client.close().await();
  }
}
