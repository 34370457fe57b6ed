package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, for a virtual thread: nothing of the body is read before it is asked
 * for, and where it never is, the connection is closed behind the answer.
 */
final class Exchange {
  private static final long SECONDS_FOR_A_BODY = 30;
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final RoutingContext ctx;
  private final Context loop;
  private boolean read;

  /** Made on the event loop, before anything of the body comes in. */
  Exchange(RoutingContext ctx) {
    this.ctx = ctx;
    this.loop = ctx.vertx().getOrCreateContext();
    HttpServerRequest unused = ctx.request().pause();
    this.read = !announcesBody(ctx.request());
  }

  RoutingContext ctx() {
    return ctx;
  }

  /** Runs on the event loop of the connection, where nothing of it comes in meanwhile. */
  void onLoop(Runnable work) {
    loop.runOnContext(v -> work.run());
  }

  private static boolean announcesBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        || (length != null && !length.equals("0"));
  }

  /**
   * Reads the body.
   *
   * @param largest in bytes; 0 where none is taken, and one that came is left unread
   * @param room for it in memory
   * @return empty where there is none
   * @throws Problem 400, 408, 413, 415 or 503
   */
  Buffer body(int largest, Bodies.Share room) throws InterruptedException {
    if (read || largest == 0) {
      return Buffer.buffer();
    }
    String type = ctx.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !isJson(type)) {
      throw new Problem(415, "not_json", "send the body as Content-Type: application/json");
    }
    if (announced() > largest) {
      throw tooLarge(largest);
    }
    Buffer body = received(largest, room);
    read = true;
    return body;
  }

  /**
   * The JSON of a body.
   *
   * @param body empty stands for the empty object
   * @throws Problem 400
   */
  static ObjectNode parsed(Buffer body) {
    if (body.length() == 0) {
      return Json.object();
    }
    try {
      return Json.parseObject(body.getBytes());
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("the body is " + e.getMessage());
    }
  }

  private static boolean isJson(String type) {
    String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return bare.equals("application/json") || bare.endsWith("+json");
  }

  private long announced() {
    String length = ctx.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      throw Problem.badRequest("Content-Length is no number");
    }
  }

  private static Problem tooLarge(int largest) {
    return new Problem(413, "too_large", "at most " + largest + " bytes are taken here");
  }

  private static Problem busy() {
    return new Problem(503, "busy", "too much comes in at once; ask again")
        .with("Retry-After", "10");
  }

  private Buffer received(int largest, Bodies.Share room) throws InterruptedException {
    Promise<Buffer> whole = Promise.promise();
    onLoop(() -> collect(largest, room, whole));
    try {
      return whole
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(SECONDS_FOR_A_BODY, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Problem p
          ? p
          : Problem.badRequest("the body broke off: " + e.getCause());
    } catch (TimeoutException e) {
      throw new Problem(408, "too_slow", "the body did not arrive within 30 s");
    }
  }

  private void collect(int largest, Bodies.Share room, Promise<Buffer> whole) {
    Buffer body = Buffer.buffer();
    HttpServerRequest request = ctx.request();
    HttpServerRequest unused =
        request
            .handler(part -> {
              boolean fits = body.length() + part.length() <= largest;
              if (!fits || !room.take(part.length())) {
                HttpServerRequest unusedPaused = request.pause();
                boolean unusedFirst = whole.tryFail(fits ? busy() : tooLarge(largest));
              } else {
                Buffer unusedMore = body.appendBuffer(part);
              }
            })
            .exceptionHandler(e -> {
              boolean unusedFirst = whole.tryFail(e);
            })
            .endHandler(done -> {
              boolean unusedFirst = whole.tryComplete(body);
            })
            .resume();
  }

  void send(Reply reply) {
    if (reply.status() == 204) {
      end(204, null, "");
    } else {
      end(reply.status(), Buffer.buffer(Json.bytes(reply.body())), "application/json");
    }
  }

  void send(Problem problem) {
    HttpServerResponse response = ctx.response();
    if (response.headWritten() || response.closed()) {
      disconnect();
      return;
    }
    problem
        .headers()
        .forEach((name, value) -> {
          HttpServerResponse unused = response.putHeader(name, value);
        });
    end(
        problem.status(),
        Buffer.buffer(Json.bytes(problem.document())),
        "application/problem+json");
  }

  private void end(int status, @Nullable Buffer body, String type) {
    HttpServerResponse response = ctx.response();
    if (response.ended() || response.closed()) {
      return;
    }
    boolean hangUp = !read && ctx.request().version() != HttpVersion.HTTP_2;
    HttpServerResponse unused = response.setStatusCode(status);
    if (hangUp) {
      unused = response.putHeader(HttpHeaders.CONNECTION, "close");
    }
    if (body != null) {
      unused = response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    }
    (body == null ? response.end() : response.end(body))
        .onComplete(done -> {
          if (hangUp) {
            linger();
          }
        });
    if (!hangUp) {
      release();
    }
  }

  /**
   * Takes what still comes and keeps none of it, for a moment: a client that is cut off while it
   * sends never reads the answer.
   */
  private void linger() {
    onLoop(() -> {
      HttpServerRequest request = ctx.request();
      if (request.isEnded()) {
        disconnect();
        return;
      }
      long timer = ctx.vertx().setTimer(LINGER.toMillis(), t -> disconnect());
      HttpServerRequest unused =
          request
              .handler(part -> {})
              .exceptionHandler(e -> {})
              .endHandler(end -> {
                boolean unusedTimer = ctx.vertx().cancelTimer(timer);
                disconnect();
              })
              .resume();
    });
  }

  private void disconnect() {
    ctx.request().connection().close().onFailure(e -> {});
  }

  /** Lets the connection go on to its next request. */
  void release() {
    onLoop(() -> {
      HttpServerRequest unused = ctx.request().resume();
    });
  }
}
