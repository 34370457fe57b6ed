package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import org.ferry.matrix.event.Json;

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
    this.client = vertx.createHttpClient(http, pool);
  }

  Answer send(Call call) throws Lost {
    return await(open(call).compose(request -> sent(request, call)).compose(Wire::whole));
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
  static Future<Answer> whole(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), response.headers(), body));
  }

  Future<HttpClientRequest> open(Call call) {
    RequestOptions to =
        new RequestOptions()
            .setMethod(call.method())
            .setAbsoluteURI(options.address() + call.uri())
            .setFollowRedirects(false)
            // Waiting for a free connection is no fault of the server's.
            .setConnectTimeout(Duration.ofHours(1).toMillis())
            .setIdleTimeout(options.requestTimeout().toMillis());
    if (call.authorized()) {
      to = to.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + options.asToken().reveal());
    }
    return client.request(to);
  }

  <T> T await(Future<T> future) throws Lost {
    try {
      return future.await();
    } catch (Exception e) {
      throw Losses.explain(e, options.address());
    }
  }

  @Override
  public void close() {
    client.close().await();
  }
}
