package org.ferry.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.Secret;

/**
 * A bare client with an application service's token that sends as fast as its order allows: no
 * ledger, no rewriting, no care for doubt. What it reaches is what the homeserver can do.
 */
final class LoadGenerator {
  private static final String V3 = "/_matrix/client/v3/";
  private static final String DEVICE = "FERRY";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;
  private final Secret token;
  private final List<String> people;

  /** A generator whose people are ghosts of the application service. */
  LoadGenerator(URI base, Secret token, String domain, int members) {
    this.base = base;
    this.token = token;
    this.people = Village.members(members).map(m -> "@old_load-" + m + ":" + domain).toList();
  }

  /** Makes the people and their devices. */
  void register() throws Exception {
    for (String person : people) {
      ObjectNode body = Village.JSON.createObjectNode();
      body.put("type", "m.login.application_service").put("inhibit_login", true);
      body.put("username", person.substring(1, person.indexOf(':')));
      JsonNode unused = ask("POST", V3 + "register", body);
      JsonNode unusedDevice =
          ask(
              "PUT",
              V3 + "devices/" + DEVICE + "?user_id=" + esc(person),
              Village.JSON.createObjectNode().put("display_name", "Ferry"));
    }
  }

  /** Makes rooms such as Ferry makes, with all people in them; many at a time. */
  List<String> rooms(String turn, int count) throws Exception {
    List<Callable<String>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = Village.roomName(turn, i);
      tasks.add(() -> room(name));
    }
    return together(tasks);
  }

  private String room(String name) throws IOException, InterruptedException {
    String creator = people.getFirst();
    ObjectNode body = Village.JSON.createObjectNode();
    body.put("preset", "public_chat").put("visibility", "private").put("name", name);
    String path = V3 + "createRoom?user_id=" + esc(creator);
    String room = ask("POST", path, body).path("room_id").asText();
    for (String person : people.subList(1, people.size())) {
      JsonNode unused =
          ask(
              "POST",
              V3 + "join/" + esc(room) + "?user_id=" + esc(person),
              Village.JSON.createObjectNode());
    }
    return room;
  }

  /** (a) One request at a time, room after room in turn. */
  void sequential(List<String> rooms, int messages) throws Exception {
    for (int i = 0; i < messages; i++) {
      for (int room = 0; room < rooms.size(); room++) {
        send(rooms, room, i);
      }
    }
  }

  /** (b) All rooms at a time, each with one request in flight and its messages in order. */
  void ordered(List<String> rooms, int messages) throws Exception {
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int r = 0; r < rooms.size(); r++) {
      int room = r;
      tasks.add(() -> {
        for (int i = 0; i < messages; i++) {
          send(rooms, room, i);
        }
        return messages;
      });
    }
    List<Integer> unused = together(tasks);
  }

  /** (c) So many requests in flight, in whatever order they arrive. */
  void unordered(List<String> rooms, int messages, int inFlight) throws Exception {
    AtomicInteger next = new AtomicInteger();
    int all = rooms.size() * messages;
    List<Callable<Integer>> tasks = new ArrayList<>();
    for (int t = 0; t < inFlight; t++) {
      tasks.add(() -> {
        int sent = 0;
        for (int n = next.getAndIncrement(); n < all; n = next.getAndIncrement()) {
          send(rooms, n % rooms.size(), n / rooms.size());
          sent++;
        }
        return sent;
      });
    }
    List<Integer> unused = together(tasks);
  }

  private void send(List<String> rooms, int room, int number)
      throws IOException, InterruptedException {
    String sender = people.get(number % people.size());
    long ts = Village.time(people.size() + 5L + number);
    ObjectNode content = Village.message(room, number);
    // The mark that Ferry adds, of the same size.
    content
        .putObject("org.ferry.origin")
        .put("server", Village.OLD)
        .put("room_id", "!abcdefghijklmnopqr:" + Village.OLD)
        .put("event_id", "$0123456789012345678901234567890123456789012")
        .put("sender", "@" + Village.member(number % people.size()) + ":" + Village.OLD)
        .put("ts", ts);
    String path =
        "%srooms/%s/send/m.room.message/%s?ts=%d&user_id=%s&device_id=%s"
            .formatted(V3, esc(rooms.get(room)), UUID.randomUUID(), ts, esc(sender), DEVICE);
    JsonNode unused = ask("PUT", path, content);
  }

  private JsonNode ask(String method, String path, JsonNode body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LIMIT)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token.reveal())
            .method(method, BodyPublishers.ofByteArray(Village.JSON.writeValueAsBytes(body)))
            .build();
    HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s: %d %s"
              .formatted(
                  method,
                  path,
                  answer.statusCode(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return Village.JSON.readTree(answer.body());
  }

  private static <T> List<T> together(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> task : threads.invokeAll(tasks)) {
        results.add(task.get());
      }
    }
    return results;
  }

  private static String esc(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
