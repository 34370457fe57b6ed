package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application with users of its own uses the built program and a real homeserver. */
class ApiIT {
  private static final String DOMAIN = "api.example.org";

  private final int appservice = Ports.free();
  private final int port = Ports.free();
  private final TestPostgres.Db db = TestPostgres.ledger();
  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir Path folder;

  @Test
  void peopleRoomsAndMessagesOfAnApplication() throws Exception {
    configure(URI.create("http://127.0.0.1:1"));
    Config config = new ConfigLoader(Map.of(), folder).load(null);
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(registration, Registration.fresh(config));
    SynapseServer server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(TestLab.shared().unique("api"), DOMAIN)
                    .on(SynapseSettings.Database.SQLITE)
                    .withAppServices(registration.toAbsolutePath()));
    configure(server.baseUrl());
    String key = PickleKey.random().text().reveal();
    try (FerryProcess ferry =
        FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", key).start()) {
      assertThat(ferry.awaitLine("event=ping_ok")).isNotEmpty();
      String room = provisioned();
      LabClient alice = server.register("alice", TestLab.PASSWORD, false);
      roles(room, alice);
      said(room, alice);
      shown(room, alice);
      sealed(server);
      session(room, alice);
      archived(room, alice);
    } finally {
      client.close();
      server.stop();
    }
  }

  private String provisioned() throws Exception {
    String name = "{\"displayname\":\"Anna\"}";
    assertThat(ask("PUT", "/users/Anna", name))
        .isEqualTo(LabClient.json("{\"user_id\":\"@old_=41nna:" + DOMAIN + "\",\"created\":true}"));
    assertThat(ask("PUT", "/users/Anna", name).path("created").asBoolean()).isFalse();
    assertThat(ask("PUT", "/users/ben", "{}").path("created").asBoolean()).isTrue();
    String body =
        "{\"name\":\"Fest\",\"topic\":\"Sun\",\"members\":[\"ben\"],\"moderators\":[\"Anna\"]}";
    JsonNode made = ask("PUT", "/rooms/event:fest", body);
    assertThat(made.path("created").asBoolean()).isTrue();
    JsonNode again = ask("PUT", "/rooms/event:fest", body);
    assertThat(again.path("room_id")).isEqualTo(made.path("room_id"));
    assertThat(again.path("created").asBoolean()).isFalse();
    awaitTold();
    return made.path("room_id").asText();
  }

  /** A room that the application has Ferry make begins in the log as any other. */
  private void awaitTold() {
    Wait.until(() -> {
      JsonNode told = ask("GET", "/messages?room=event:fest&since=0", null).path("messages");
      List<String> types = told.findValuesAsText("type").reversed();
      return types.size() > 1
          && types.subList(0, 2).equals(List.of("room.created", "member.joined"));
    });
  }

  private void roles(String room, LabClient alice) throws Exception {
    JsonNode invited = ask("PUT", "/rooms/event:fest/members/@alice:" + DOMAIN, "{}");
    assertThat(invited.path("membership").asText()).isEqualTo("invite");
    alice.join(room);
    assertThat(alice.state(room, "m.room.name", "").path("name").asText()).isEqualTo("Fest");
    assertThat(level(alice, room, "@old_=41nna:" + DOMAIN)).isEqualTo(50);
    for (String role : List.of("admin", "member", "moderator")) {
      JsonNode put = ask("PUT", "/rooms/event:fest/members/ben", "{\"role\":\"" + role + "\"}");
      assertThat(put.path("role").asText()).isEqualTo(role);
    }
    assertThat(level(alice, room, "@old_ben:" + DOMAIN)).isEqualTo(50);
    ask("DELETE", "/rooms/event:fest/members/ben", null);
    ask("DELETE", "/rooms/event:fest/members/ben", null);
    assertThat(level(alice, room, "@old_ben:" + DOMAIN)).isZero();
    assertThat(alice.state(room, "m.room.member", "@old_ben:" + DOMAIN).path("membership").asText())
        .isEqualTo("leave");
  }

  private static int level(LabClient alice, String room, String user) {
    return alice.state(room, "m.room.power_levels", "").path("users").path(user).asInt(0);
  }

  private void said(String room, LabClient alice) throws Exception {
    String body = "{\"as\":\"Anna\",\"text\":\"Hello\",\"client_ref\":\"r1\"}";
    String first = send(body, "order-17", 202).path("event_id").asText();
    assertThat(send(body, "order-17", 202).path("event_id").asText()).isEqualTo(first);
    assertThat(
            send("{\"as\":\"Anna\",\"text\":\"Other\"}", "order-17", 422).path("detail").asText())
        .contains("another message");
    JsonNode event = alice.event(room, first);
    assertThat(event.path("sender").asText()).isEqualTo("@old_=41nna:" + DOMAIN);
    assertThat(event.path("content").path("body").asText()).isEqualTo("Hello");
    String plain =
        send("{\"as\":\"Anna\",\"text\":\"Hello\"}", "order-18", 202).path("event_id").asText();
    assertThat(alice.event(room, plain).path("content").has("org.ferry.client_ref"))
        .as("what tells that it was given to Ferry, and nobody is to answer it")
        .isTrue();
    assertThat(send("{\"as\":\"@alice:" + DOMAIN + "\",\"text\":\"x\"}", "k", 403)).isNotNull();
  }

  private void shown(String room, LabClient alice) throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(7).nextBytes(bytes);
    String first = send(picture(bytes), "cat-1", 202).path("event_id").asText();
    assertThat(send(picture(bytes), "cat-1", 202).path("event_id").asText()).isEqualTo(first);
    JsonNode content = alice.event(room, first).path("content");
    assertThat(content.path("msgtype").asText()).isEqualTo("m.image");
    assertThat(content.path("body").asText()).isEqualTo("A cat");
    assertThat(content.path("filename").asText()).isEqualTo("cat.png");
    assertThat(content.at("/info/size").asInt()).isEqualTo(bytes.length);
    assertThat(content.at("/info/w").asInt()).isEqualTo(30);
    assertThat(alice.download(content.path("url").asText())).isEqualTo(bytes);
    bytes[0]++;
    assertThat(send(picture(bytes), "cat-1", 422).path("detail").asText())
        .contains("another message");
    assertThat(send(picture(new byte[13_000_000]), "cat-2", 413)).isNotNull();
  }

  /** What goes into an encrypted room is encrypted before the homeserver has it. */
  private void sealed(SynapseServer server) throws Exception {
    LabClient nina = server.register("nina", TestLab.PASSWORD, false);
    byte[] bytes = new byte[200_000];
    new Random(8).nextBytes(bytes);
    Path files = folder.resolve("nina");
    try (Peer peer =
        Peer.login(PeerKind.NIO, files, server.baseUrl(), nina.userId(), TestLab.PASSWORD)) {
      String bot = "@ferrybot:" + DOMAIN;
      String room = peer.createEncryptedRoom(100, bot);
      Rooms.awaitMember(nina, room, bot);
      String path = "/rooms/" + room.replace("!", "%21") + "/messages";
      String event = ask("POST", path, picture(bytes)).path("event_id").asText();
      Peer.Clear seen =
          peer.await(room, Set.of(event)).clear().stream()
              .filter(c -> c.eventId().equals(event))
              .findFirst()
              .orElseThrow();
      assertThat(seen.encrypted()).isTrue();
      assertThat(seen.sender()).isEqualTo("@old_=41nna:" + DOMAIN);
      assertThat(seen.content().has("url")).isFalse();
      assertThat(seen.content().path("filename").asText()).isEqualTo("cat.png");
      JsonNode file = seen.content().path("file");
      assertThat(peer.file(file)).isEqualTo(bytes);
      assertThat(nina.download(file.path("url").asText())).hasSameSizeAs(bytes).isNotEqualTo(bytes);
    }
  }

  private static String picture(byte[] bytes) {
    return ("{\"as\":\"Anna\",\"text\":\"A cat\",\"media\":{\"data\":\"%s\",\"mimetype\":\"image/png\","
            + "\"filename\":\"cat.png\",\"width\":30,\"height\":20}}")
        .formatted(Base64.getEncoder().encodeToString(bytes));
  }

  private void session(String room, LabClient alice) throws Exception {
    JsonNode session = ask("POST", "/sessions", "{\"user\":\"Anna\",\"ttl\":60}");
    BlockingQueue<String> frames = new LinkedBlockingQueue<>();
    WebSocket socket =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/api/v1/stream"), new Into(frames))
            .get(20, TimeUnit.SECONDS);
    say(socket, "{\"type\":\"auth\",\"token\":\"" + session.path("token").asText() + "\"}");
    assertThat(next(frames).path("type").asText()).isEqualTo("ready");
    say(socket, "{\"type\":\"typing\",\"id\":1,\"room\":\"event:fest\",\"typing\":true}");
    assertThat(next(frames)).isEqualTo(LabClient.json("{\"type\":\"ack\",\"id\":1}"));
    say(socket, "{\"type\":\"message\",\"id\":\"a\",\"room\":\"event:fest\",\"text\":\"Hi\"}");
    JsonNode ack = next(frames);
    assertThat(ack.path("id").asText()).isEqualTo("a");
    assertThat(ack.path("event_id").asText()).startsWith("$");
    typing(room, alice, frames);
    say(socket, "{\"type\":\"join\",\"id\":2,\"room\":\"!nowhere:" + DOMAIN + "\"}");
    assertThat(next(frames).path("type").asText()).isEqualTo("error");
    assertThat(awaited(frames)).isEqualTo("closed 4403");
    WebSocket wrong =
        client
            .newWebSocketBuilder()
            .buildAsync(URI.create("ws://127.0.0.1:" + port + "/api/v1/stream"), new Into(frames))
            .get(20, TimeUnit.SECONDS);
    say(wrong, "{\"type\":\"auth\",\"token\":\"no\"}");
    assertThat(awaited(frames)).isEqualTo("closed 4401");
  }

  /** Somebody types with an ordinary client, and stops. */
  private static void typing(String room, LabClient alice, BlockingQueue<String> frames)
      throws InterruptedException {
    String path =
        "/_matrix/client/v3/rooms/%s/typing/%s"
            .formatted(LabClient.esc(room), LabClient.esc(alice.userId()));
    JsonNode unused = alice.put(path, LabClient.json("{\"typing\":true,\"timeout\":30000}"));
    awaitTyping(room, alice, frames, true);
    unused = alice.put(path, LabClient.json("{\"typing\":false}"));
    awaitTyping(room, alice, frames, false);
  }

  private static void awaitTyping(
      String room, LabClient alice, BlockingQueue<String> frames, boolean typing)
      throws InterruptedException {
    while (true) {
      String text = frames.poll(30, TimeUnit.SECONDS);
      assertThat(text).as("a frame").isNotNull().startsWith("{");
      JsonNode frame = LabClient.json(text);
      if (frame.path("type").asText().equals("typing")
          && frame.at("/data/users").toString().contains(alice.userId()) == typing) {
        assertThat(frame.at("/data/room/id").asText()).isEqualTo(room);
        return;
      }
    }
  }

  private void archived(String room, LabClient alice) throws Exception {
    ask("DELETE", "/rooms/event:fest", null);
    assertThat(alice.state(room, "m.room.power_levels", "").path("events_default").asInt())
        .isEqualTo(100);
    assertThat(send("{\"as\":\"Anna\",\"text\":\"late\"}", "k2", 409)).isNotNull();
    assertThat(ask("PUT", "/rooms/event:fest", "{}").path("created").asBoolean()).isFalse();
    send("{\"as\":\"Anna\",\"text\":\"again\"}", "k3", 202);
    ask("DELETE", "/users/Anna?erase=true", null);
    assertThat(ask("PUT", "/users/Anna", "{}").path("user_id").asText())
        .isNotEqualTo("@old_=41nna:" + DOMAIN);
  }

  private JsonNode send(String body, String key, int status) throws Exception {
    HttpResponse<String> answer =
        client.send(
            request("POST", "/rooms/event:fest/messages", body)
                .header("Idempotency-Key", key)
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    return LabClient.json(answer.body());
  }

  private JsonNode ask(String method, String path, String body) throws Exception {
    HttpResponse<String> answer =
        client.send(request(method, path, body).build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(method + path + answer.body()).isBetween(200, 299);
    return LabClient.json(answer.body().isEmpty() ? "{}" : answer.body());
  }

  private HttpRequest.Builder request(String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
        .timeout(Duration.ofSeconds(40))
        .header("Authorization", "Bearer a-token-of-the-shop")
        .header("Content-Type", "application/json")
        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
  }

  private static void say(WebSocket socket, String frame) throws Exception {
    WebSocket unused = socket.sendText(frame, true).get(20, TimeUnit.SECONDS);
  }

  /** The next frame that answers. */
  private static JsonNode next(BlockingQueue<String> frames) throws InterruptedException {
    String frame = awaited(frames);
    assertThat(frame).as("a frame").startsWith("{");
    return LabClient.json(frame);
  }

  /** The next frame that is no event, or the end; events come whenever they like and go by. */
  private static String awaited(BlockingQueue<String> frames) throws InterruptedException {
    while (true) {
      String text = frames.poll(30, TimeUnit.SECONDS);
      assertThat(text).as("a frame").isNotNull();
      if (!text.startsWith("{") || !LabClient.json(text).has("data")) {
        return text;
      }
    }
  }

  private record Into(BlockingQueue<String> frames, StringBuilder part)
      implements WebSocket.Listener {
    Into(BlockingQueue<String> frames) {
      this(frames, new StringBuilder());
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        frames.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      frames.add("closed " + status);
      return null;
    }
  }

  private void configure(URI homeserver) throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api:
          listen: "127.0.0.1:%d"
          tokens: [{name: shop, token: a-token-of-the-shop, scopes: [read, send, provision, admin]}]
        database: {url: "postgresql://%s:%s@%s:%d/%s"}
        """
            .formatted(
                homeserver,
                DOMAIN,
                appservice,
                appservice,
                port,
                db.user(),
                db.password().reveal(),
                db.host(),
                db.port(),
                db.database()));
  }
}
