package org.ferry.web.api;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ferry.live.message.LiveMessage;
import org.ferry.matrix.event.Json;

/** Events as they come, in the form that browsers read by themselves (server-sent events). */
final class EventStream {
  static final Duration HEARTBEAT = Duration.ofSeconds(15);
  static final long SECONDS_TO_READ = 10;
  static final int BATCH = 100;

  private final Feed feed;
  private final View view;
  private final Guesses guesses;
  private final Runnable opened;
  private final Runnable closed;

  EventStream(Feed feed, View view, Guesses guesses, Runnable opened, Runnable closed) {
    this.feed = feed;
    this.view = view;
    this.guesses = guesses;
    this.opened = opened;
    this.closed = closed;
  }

  Endpoint endpoint() {
    return Endpoint.stream(
        "/events",
        Scope.READ,
        Endpoint.Doc.of(
            "events",
            "Events as they come (server-sent); Last-Event-ID goes on behind an event",
            "Event",
            "since",
            "room"),
        false,
        this::answer);
  }

  private void answer(Request request, Exchange exchange) throws Exception {
    RoutingContext ctx = exchange.ctx();
    String since = request.headers().get("Last-Event-ID");
    long pos =
        since != null && !since.isBlank()
            ? ReadEndpoints.place(since.strip(), "Last-Event-ID")
            : request.param("since").map(s -> ReadEndpoints.place(s, "since")).orElse(feed.last());
    pos = feed.known(pos, "since");
    var room = request.param("room").map(r -> view.visible(request.caller(), r));
    HttpServerResponse response = ctx.response();
    AtomicBoolean gone = new AtomicBoolean();
    HttpServerResponse unused =
        response
            .closeHandler(v -> gone.set(true))
            .exceptionHandler(e -> gone.set(true))
            .setChunked(true)
            .putHeader("Content-Type", "text/event-stream; charset=utf-8")
            .putHeader("X-Accel-Buffering", "no");
    Stay stay =
        guesses.stay(request.caller(), Tokens.shown(request.headers().get("Authorization")));
    opened.run();
    try {
      boolean taken = taken(response.write(": this is Ferry\n\n"));
      while (taken && !gone.get()) {
        List<LiveMessage> batch = feed.after(pos, BATCH, HEARTBEAT);
        if (stay.ended()) {
          break;
        }
        taken = !batch.isEmpty() || taken(response.write(": still here\n\n"));
        for (LiveMessage message : batch) {
          boolean fits = room.isEmpty() || room.get().equals(message.room());
          if (taken && fits && view.sees(request.caller(), message)) {
            taken = taken(response.write(text(message)));
          }
          pos = message.pos();
        }
      }
    } finally {
      closed.run();
      ctx.request().connection().close().onFailure(e -> {});
    }
  }

  private String text(LiveMessage message) {
    return "id: %d\nevent: %s\ndata: %s\n\n"
        .formatted(message.pos(), message.type(), Json.text(view.event(message)));
  }

  /** Whether the reader took it in time; one that does not is cut off. */
  static boolean taken(Future<Void> write) throws InterruptedException {
    try {
      Void unused =
          write.toCompletionStage().toCompletableFuture().get(SECONDS_TO_READ, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }
}
