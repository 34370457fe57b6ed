package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Consumer;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** One attempt at one request. Nothing is repeated here, and no status is an error. */
final class Wire implements AutoCloseable {
  /** Shorter than servers keep idle connections, so that none is closed under a request. */
  private static final int IDLE_SECONDS = 15;

  private static final int CONNECT_MILLIS = 10_000;

  private final HttpClient client;
  private final HomeserverOptions options;

  Wire(Vertx vertx, HomeserverOptions options) {
    this.options = options;
    HttpClientOptions http =
        new HttpClientOptions()
            .setConnectTimeout(CONNECT_MILLIS)
            .setKeepAliveTimeout(IDLE_SECONDS)
            .setTcpNoDelay(true)
            .setDecompressionSupported(true);
    PoolOptions pool =
        new PoolOptions().setHttp1MaxSize(options.maxConnections()).setMaxWaitQueueSize(-1);
    this.client =
        vertx
            .httpClientBuilder()
            .with(http)
            .with(pool)
            // A connection that breaks fails its requests; Vert.x would log it as an error besides.
            .withConnectHandler(Wire::quiet)
            .build();
  }

  private static void quiet(HttpConnection connection) {
    HttpConnection unused = connection.exceptionHandler(e -> {});
  }

  /**
   * Sends a call and collects its answer. The steps are nested, not chained: they are then all
   * registered on the event loop before the answer can be there. Chained, the last one would be
   * registered by the calling thread, perhaps after the body had gone by, which reads as empty.
   */
  Answer send(Call call) throws Lost {
    return await(
        open(call, options.requestTimeout())
            .compose(request -> sent(request, call).compose(Wire::whole)));
  }

  private static Future<HttpClientResponse> sent(HttpClientRequest request, Call call) {
    ObjectNode body = call.body();
    if (body == null) {
      return request.send();
    }
    HttpClientRequest typed = request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    return typed.send(Buffer.buffer(Json.bytes(body)));
  }

  /** Collects the body on the event loop, where no part of it can be missed. */
  private static Future<Answer> whole(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), response.headers(), body));
  }

  /**
   * Sends a file from the thread that calls, which the socket's buffer slows down.
   *
   * @throws IOException where the file cannot be read, or is not as long as it was said to be
   */
  Answer upload(Call call, MediaBody body) throws Lost, IOException {
    String type = body.contentType() == null ? "application/octet-stream" : body.contentType();
    // The clock of silence starts when the file is sent: large ones take their time.
    HttpClientRequest request = await(open(call, Duration.ZERO));
    request =
        request
            .putHeader(HttpHeaders.CONTENT_TYPE, type)
            .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length()));
    Future<Answer> answer = request.response().compose(Wire::whole);
    return new Upload(request, answer, options.requestTimeout(), this::lost).send(body);
  }

  /**
   * Receives a file; where the status is no success, the answer holds the body and nothing was
   * written.
   *
   * @param counter told of each number of bytes before they are written
   * @throws IOException where the bytes cannot be written
   */
  Answer download(Call call, OutputStream to, Consumer<Integer> counter) throws Lost, IOException {
    Incoming incoming =
        await(
            open(call, options.requestTimeout())
                .compose(request -> request.send().compose(Wire::incoming)));
    Throwable broken = incoming.download() == null ? null : incoming.download().copy(to, counter);
    if (broken != null) {
      throw lost(broken);
    }
    return incoming.answer();
  }

  /** An answer, and the file that follows where it is a success. */
  private record Incoming(Answer answer, @Nullable Download download) {}

  private static Future<Incoming> incoming(HttpClientResponse response) {
    Answer head = new Answer(response.statusCode(), response.headers(), Buffer.buffer());
    return head.isSuccess()
        ? Future.succeededFuture(new Incoming(head, Download.of(response)))
        : whole(response).map(answer -> new Incoming(answer, null));
  }

  private Future<HttpClientRequest> open(Call call, Duration silence) {
    RequestOptions to =
        new RequestOptions()
            .setMethod(call.method())
            .setAbsoluteURI(options.address() + call.uri())
            .setFollowRedirects(false)
            // Waiting for a free connection is no fault of the server's.
            .setConnectTimeout(Duration.ofHours(1).toMillis())
            .setIdleTimeout(silence.toMillis());
    if (call.authorized()) {
      to = to.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + options.asToken().reveal());
    }
    return client.request(to);
  }

  private <T> T await(Future<T> future) throws Lost {
    try {
      return future.await();
    } catch (Exception e) {
      throw lost(e);
    }
  }

  private Lost lost(Throwable cause) {
    Lost lost = Losses.explain(cause, options.address());
    if (lost.kind() == Lost.Kind.INTERRUPTED) {
      Thread.currentThread().interrupt();
    }
    return lost;
  }

  @Override
  public void close() {
    client.close().await();
  }
}
