package org.ferry.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/**
 * Somebody's program that takes posts of several senders and notes each with its answer. It listens
 * on one port of every address it is given, as far as this machine has them.
 */
final class Postbox implements AutoCloseable {
  /** Does not answer, and keeps the connection open. */
  static final int SILENT = 0;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BLANK = "\r\n\r\n";
  private static final String HEADER_EVENT = "x-matrix-hookshot-eventid";

  private final Vertx vertx;
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> hosts = new ArrayList<>();
  private final List<Post> posts = new CopyOnWriteArrayList<>();
  private final List<String> landed = new CopyOnWriteArrayList<>();
  private final Map<String, Integer> open = new ConcurrentHashMap<>();
  private final Map<String, Integer> mostOpen = new ConcurrentHashMap<>();
  private volatile ToIntFunction<Post> answers = p -> 204;
  private volatile IntSupplier pause = () -> 0;

  /**
   * A post that came in.
   *
   * @param who the sender, by the last part of the path
   * @param event what it tells of
   * @param text what was said
   * @param headers by lower-case name
   * @param body as it came
   * @param at when it had come, in nanoseconds of {@link System#nanoTime}
   */
  record Post(
      String who, String event, String text, Map<String, String> headers, String body, long at) {}

  /**
   * A post and its answer.
   *
   * @param post what came
   * @param status what was answered, or {@link #SILENT}
   */
  record Answered(Post post, int status) {
    boolean taken() {
      return status / 100 == 2;
    }
  }

  private final List<Answered> answered = new CopyOnWriteArrayList<>();

  Postbox(Vertx vertx, String... addresses) {
    this.vertx = vertx;
    int port = 0;
    for (String address : addresses) {
      if (port == 0 || isHere(address, port)) {
        HttpServer server =
            vertx.createHttpServer().requestHandler(this::take).listen(port, address).await();
        port = server.actualPort();
        servers.add(server);
        hosts.add(address);
      }
    }
  }

  private static boolean isHere(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void take(HttpServerRequest request) {
    request
        .body()
        .onSuccess(bytes -> {
          String path = String.valueOf(request.path());
          String who = path.substring(path.lastIndexOf('/') + 1);
          if (path.startsWith("/hop/")) {
            String there = "http://[::1]:" + port() + "/landed/" + who;
            var unused = request.response().setStatusCode(307).putHeader("location", there).end();
          } else if (!path.startsWith("/hook/")) {
            boolean added = landed.add(path);
            var unused = request.response().setStatusCode(added ? 204 : 500).end();
          } else {
            answer(request, post(request, who, bytes.toString(StandardCharsets.UTF_8)));
          }
        });
  }

  private void answer(HttpServerRequest request, Post post) {
    posts.add(post);
    int status = answers.applyAsInt(post);
    answered.add(new Answered(post, status));
    int millis = pause.getAsInt();
    if (status != SILENT && millis > 0) {
      note(post.who(), 1);
      long unused =
          vertx.setTimer(
              millis,
              t -> {
                note(post.who(), -1);
                end(request, status);
              });
    } else if (status != SILENT) {
      end(request, status);
    }
  }

  /** On the event loop of the one port that posts come to. */
  private void note(String who, int more) {
    int now = open.merge(who, more, Integer::sum);
    int unused = mostOpen.merge(who, now, Math::max);
  }

  private static void end(HttpServerRequest request, int status) {
    var unused = request.response().setStatusCode(status).end();
  }

  private static Post post(HttpServerRequest request, String who, String body) {
    long now = System.nanoTime();
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach(h -> {
          var unused = headers.put(h.getKey().toLowerCase(Locale.ROOT), h.getValue());
        });
    if (headers.containsKey(HEADER_EVENT)) {
      String text = read(part(body)).at("/content/body").asText();
      return new Post(who, headers.getOrDefault(HEADER_EVENT, ""), text, headers, body, now);
    }
    JsonNode json = read(body).path("data");
    String event = json.path("event_id").asText();
    return new Post(who, event, json.path("body").asText(), headers, body, now);
  }

  /** The first part of a {@code multipart/form-data}. */
  private static String part(String body) {
    int begin = body.indexOf(BLANK);
    int end = body.indexOf("\r\n--", begin + BLANK.length());
    return begin < 0 || end < 0 ? "{}" : body.substring(begin + BLANK.length(), end);
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return servers.getFirst().actualPort();
  }

  /** The addresses it listens on. */
  List<String> hosts() {
    return hosts;
  }

  /** Where a sender posts messages. */
  String hook(String who) {
    return "http://127.0.0.1:" + port() + "/hook/" + who;
  }

  /** Where a sender is sent on to an address that it was not given. */
  String hop(String who) {
    return "http://127.0.0.1:" + port() + "/hop/" + who;
  }

  /** How it answers from now on, and after how many milliseconds. */
  void answers(ToIntFunction<Post> how, IntSupplier after) {
    answers = how;
    pause = after;
  }

  /** Answers 204 at once from now on. */
  void isWell() {
    answers(p -> 204, () -> 0);
  }

  /** The posts of a sender, in the order in which they came. */
  List<Post> posts(String who) {
    return posts.stream().filter(p -> p.who().equals(who)).toList();
  }

  /** Those that it took, in the order in which they came. */
  List<Post> taken(String who) {
    return answered.stream()
        .filter(a -> a.taken() && a.post().who().equals(who))
        .map(Answered::post)
        .toList();
  }

  /** How many posts of a sender waited for their answers together, at most. */
  int mostOpen(String who) {
    return mostOpen.getOrDefault(who, 0);
  }

  /** The paths of posts that were for addresses alone. */
  List<String> landed() {
    return landed;
  }

  @Override
  public void close() {
    servers.forEach(s -> {
      s.close().await();
    });
  }
}
