package org.ferry.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.provision.ProvisionException;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LedgerException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket: two virtual threads, one that does what frames ask for in their order, and one
 * that hands out events. Closes with 4400 for a beginning that is none, 4401 for the token, 4403
 * for a room, 4408 for one who is too slow.
 */
final class Socket {
  private static final Logger LOG = LoggerFactory.getLogger(Socket.class);
  private static final Duration FOR_THE_TOKEN = Duration.ofSeconds(10);

  /** With so many frames that wait nothing more is read, and with so few it goes on. */
  private static final int MANY = 32;

  private static final int FEW = 8;

  /** With what was read already when reading stops. */
  private static final int MOST_WAITING = 64;

  private static final String END = "";
  private static final Set<String> AUTH = Set.of("type", "id", "token", "since");
  private static final Set<String> TYPES = Set.of("join", "typing", "message");
  private static final Set<String> FRAME = Set.of("type", "id", "room");
  private static final Set<String> SAID = Set.of("type", "id", "room", TalkEndpoints.KEY);

  private final ServerWebSocket socket;
  private final House house;
  private final BlockingQueue<String> frames = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Context loop = Objects.requireNonNull(Vertx.currentContext());
  private volatile boolean open = true;
  private volatile boolean paused;
  private volatile Typists.@Nullable Listener ear;

  /**
   * What sockets share.
   *
   * @param guesses knows callers
   * @param limit how often each may ask
   * @param forms what frames may hold
   * @param feed the events
   * @param view what callers see of them
   * @param talk what callers say
   * @param watcher told of sockets as they come and go, and of wrong tokens
   * @param typists tell who types
   */
  record House(
      Guesses guesses,
      RateLimit limit,
      Forms forms,
      Feed feed,
      View view,
      TalkEndpoints talk,
      ApiRoutes.Watcher watcher,
      Typists typists) {}

  /** This socket, once it is known whose it is. */
  private final class Ear implements Typists.Listener {
    private final Caller caller;
    private final Stay stay;

    Ear(Caller caller, Stay stay) {
      this.caller = caller;
      this.stay = stay;
    }

    @Override
    public Caller caller() {
      return caller;
    }

    @Override
    public void typing(ObjectNode frame) {
      if (open && !socket.writeQueueFull() && !stay.ended()) {
        socket.writeTextMessage(Json.text(frame)).onFailure(e -> {});
      }
    }
  }

  /** On the event loop of the connection. */
  Socket(ServerWebSocket socket, House house) {
    this.socket = socket;
    this.house = house;
  }

  /** On the event loop, before the first frame. */
  void begin() {
    house.watcher().sockets(1);
    var unused = socket.textMessageHandler(this::received);
    var unusedToo = socket.exceptionHandler(this::broken);
    var unusedThree = socket.closeHandler(v -> closed());
    Thread unusedThread = Thread.ofVirtual().name("socket").start(this::run);
  }

  /** Vert.x says so of a frame that is too large, and drops it; of a connection that broke too. */
  private void broken(Throwable e) {
    if (e instanceof IllegalStateException) {
      close(1009, "a frame has at most 256 KiB; post what is larger");
    } else {
      open = false;
    }
  }

  private void closed() {
    open = false;
    house.watcher().sockets(-1);
    deaf();
    boolean unused = frames.offer(END);
  }

  /** Whoever sends faster than it is done is read from more slowly, and not cut off. */
  private void received(String text) {
    if (open && !frames.offer(text)) {
      close(4408, "more frames than are taken");
    }
    if (!paused && frames.size() >= MANY) {
      paused = true;
      var unusedSocket = socket.pause();
      readOn();
    }
  }

  private void readOn() {
    if (paused && (frames.size() <= FEW || !open)) {
      paused = false;
      var unused = socket.resume();
    }
  }

  private String nextFrame() throws InterruptedException {
    String text = frames.take();
    if (paused && frames.size() <= FEW) {
      loop.runOnContext(v -> readOn());
    }
    return text;
  }

  private void run() {
    try {
      Caller caller = authenticated();
      while (caller != null && open) {
        String text = nextFrame();
        if (!text.isEmpty()) {
          frame(caller, text);
        }
      }
    } catch (InterruptedException e) {
      close(1001, "Ferry is ending");
    } catch (LedgerException e) {
      close(1011, "not now");
    } catch (RuntimeException e) {
      LOG.error("event=socket_failed {}", e.toString(), e);
      close(1011, "Ferry failed");
    }
  }

  private @Nullable Caller authenticated() throws InterruptedException {
    String text = frames.poll(FOR_THE_TOKEN.toSeconds(), TimeUnit.SECONDS);
    try {
      ObjectNode first = Json.parseObject(text == null ? "{}" : text);
      house.forms().frame(null, first, AUTH);
      String token = first.path("token").asText("");
      if (!first.path("type").asText().equals("auth") || token.isEmpty()) {
        house.watcher().refused("stream");
        close(4401, "the first frame is {\"type\":\"auth\",\"token\":…}");
        return null;
      }
      Caller caller = house.guesses().caller(socket.remoteAddress(), token);
      caller.need(Scope.READ);
      Long since = since(first.path("since"));
      if (since == null) {
        return null;
      }
      ObjectNode ready = Json.object().put("type", "ready").put("since", String.valueOf(since));
      boolean unusedTold = send(answering(first, ready));
      Stay stay = house.guesses().stay(caller, token);
      hear(new Ear(caller, house.guesses().stay(caller, token)));
      Thread unused = Thread.ofVirtual().name("socket-out").start(() -> pour(caller, stay, since));
      return caller;
    } catch (Problem | IllegalArgumentException e) {
      house.watcher().refused("stream");
      close(4401, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void hear(Ear own) {
    ear = own;
    house.typists().add(own);
    if (!open) {
      deaf();
    }
  }

  private void deaf() {
    Typists.Listener own = ear;
    if (own != null) {
      house.typists().remove(own);
    }
  }

  /** The place to begin behind; null where it makes no sense, and the socket is closed. */
  private @Nullable Long since(JsonNode since) {
    if (since.isMissingNode() || since.isNull()) {
      return house.feed().last();
    }
    try {
      return house.feed().known(ReadEndpoints.place(since.asText(), "since"), "since");
    } catch (Problem e) {
      close(4400, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void pour(Caller caller, Stay stay, long since) {
    long pos = since;
    try {
      while (open) {
        List<LiveMessage> batch = house.feed().after(pos, EventStream.BATCH, EventStream.HEARTBEAT);
        if (stay.ended()) {
          close(4401, "the session has ended");
          return;
        }
        if (batch.isEmpty()
            && !EventStream.taken(socket.writePing(io.vertx.core.buffer.Buffer.buffer()))) {
          tooSlow();
        }
        for (LiveMessage message : batch) {
          if (open && house.view().sees(caller, message) && !send(house.view().event(message))) {
            tooSlow();
          }
          pos = message.pos();
        }
      }
    } catch (InterruptedException e) {
      close(1001, "Ferry is ending");
    } catch (LedgerException | HomeserverFailure | ProvisionException e) {
      LOG.warn("event=socket_not_now {}", e.getMessage());
      close(1011, "not now; come back with since " + pos);
    } catch (RuntimeException e) {
      // Open and silent would look as if nothing happened.
      LOG.error("event=socket_failed {}", e.toString(), e);
      close(1011, "Ferry failed; come back with since " + pos);
    }
  }

  private void tooSlow() {
    close(4408, "too slow");
    // The word may not get through to one who does not read; the connection ends all the same.
    Thread unused =
        Thread.ofVirtual()
            .name("socket-cut")
            .start(() -> {
              try {
                Thread.sleep(Duration.ofSeconds(2));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              socket.end().onFailure(e -> {});
            });
  }

  private void frame(Caller caller, String text) {
    ObjectNode frame = Json.object();
    try {
      frame = Json.parseObject(text);
      house.limit().take(caller.name());
      caller.need(Scope.SEND);
      boolean unusedTold = send(answering(frame, act(caller, frame)));
    } catch (IllegalArgumentException e) {
      refuse(frame, Problem.badRequest("no JSON"));
    } catch (RuntimeException e) {
      if (Failure.isOutage(e)) {
        LOG.warn("event=socket_not_now {}", Failure.words(e));
      }
      Problem problem = Failure.of(e).orElseThrow(() -> e);
      refuse(frame, problem);
      // What the homeserver forbids is one thing in one room, and no reason to hang up.
      if (problem.status() == 403 && !(e instanceof MatrixException)) {
        close(4403, String.valueOf(problem.getMessage()));
      }
    }
  }

  private ObjectNode act(Caller caller, ObjectNode frame) {
    String type = String.valueOf(Request.text(frame, "type"));
    if (!TYPES.contains(type)) {
      throw Problem.badRequest("type is join, typing or message");
    }
    String room = Request.text(frame, "room");
    if (room == null) {
      throw Problem.badRequest("room is missing");
    }
    ObjectNode ack = Json.object().put("type", "ack");
    switch (type) {
      case "join" -> {
        house.forms().frame("Join", frame, FRAME);
        String as = Request.text(frame, "as");
        ack.put("room_id", house.talk().join(caller, room, as).path("room_id").asText());
      }
      case "typing" -> {
        house.forms().frame("Typing", frame, FRAME);
        boolean typing = frame.path("typing").asBoolean(true);
        house.talk().typing(caller, room, Request.text(frame, "as"), typing);
      }
      default -> {
        house.forms().frame("Message", frame, SAID);
        String key = TalkEndpoints.key(frame);
        ack.put("event_id", house.talk().say(caller, room, frame, key).event().value());
      }
    }
    return ack;
  }

  private void refuse(ObjectNode frame, Problem problem) {
    boolean unusedTold = send(answering(frame, SocketStream.failure(problem)));
  }

  private static ObjectNode answering(ObjectNode frame, ObjectNode answer) {
    if (frame.has("id")) {
      answer.set("id", frame.get("id"));
    }
    return answer;
  }

  private boolean send(ObjectNode frame) {
    try {
      return EventStream.taken(socket.writeTextMessage(Json.text(frame)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void close(int code, String reason) {
    open = false;
    String words = reason.length() > 100 ? reason.substring(0, 100) : reason;
    socket.close((short) code, words).onFailure(e -> {});
    loop.runOnContext(v -> readOn());
    boolean unused = frames.offer(END);
  }
}
