package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.keys.EncryptedFile;
import org.ferry.id.Sha256;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.lab.SynapseSettings;
import org.ferry.lab.SynapseSettings.Database;
import org.ferry.live.message.Shapes;
import org.ferry.matrix.event.Json;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.webhook.Receiver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a message in a real homeserver to a signed post, by the built program; three of them on one
 * database behind a load balancer, which are killed in turns (W-10).
 */
class WebhooksIT {
  private static final String DOMAIN = "hooks.example.org";
  private static final String BOT = "@ferrybot:" + DOMAIN;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int ROOMS = 2;
  private static final List<String> CONFIGS = List.of("config.yaml", "second.yaml", "third.yaml");

  private final Vertx vertx = Vertx.vertx();
  private final Receiver receiver = new Receiver(vertx);
  private final TestPostgres.Db db = TestPostgres.ledger();
  private final List<Integer> doors = List.of(Ports.free(), Ports.free(), Ports.free());
  private final FaultProxy balancer =
      FaultProxy.to(
          doors.stream()
              .map(p -> new InetSocketAddress(InetAddress.getLoopbackAddress(), p))
              .toList());
  private final int api = Ports.free();
  @TempDir Path folder;

  private void configure(String file, URI homeserver, int listen) throws IOException {
    Files.writeString(folder.resolve("shop.secret"), Receiver.secret().reveal());
    Files.writeString(
        folder.resolve(file),
        """
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        api: {listen: "127.0.0.1:%d", public_url: null, tokens: [{name: ops, token: a-token-of-the-operators, scopes: [admin]}]}
        database: {url: "postgresql://%s:%s@%s:%d/%s"}
        webhooks:
          - {name: shop, url: "%s", secret_file: shop.secret, allow_private: ["127.0.0.1"], media_inline: 1KiB}
          - {name: wrong, url: "%s", secret_file: shop.secret, networks: [instagram]}
        """
            .formatted(
                homeserver,
                DOMAIN,
                balancer.port(),
                listen,
                file.equals("config.yaml") ? api : Ports.free(),
                db.user(),
                db.password().reveal(),
                db.host(),
                db.port(),
                db.database(),
                receiver.url(),
                receiver.url()));
  }

  private SynapseServer homeserver() throws IOException {
    configure("config.yaml", URI.create("http://127.0.0.1:1"), doors.getFirst());
    Path registration = folder.resolve("registration.yaml");
    RegistrationFile.write(
        registration, Registration.fresh(new ConfigLoader(Map.of(), folder).load(null)));
    SynapseServer server =
        TestLab.shared()
            .fresh(
                SynapseSettings.of(TestLab.shared().unique("hooks"), DOMAIN)
                    .on(Database.SQLITE)
                    .withAppServices(registration.toAbsolutePath()));
    for (int i = 0; i < CONFIGS.size(); i++) {
      configure(CONFIGS.get(i), server.baseUrl(), doors.get(i));
    }
    return server;
  }

  private FerryProcess run(String config) {
    return FerryProcess.ferry("-c", config, "run").in(folder).start();
  }

  private FerryProcess.Result command(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder).run();
  }

  private List<Receiver.Got> messages() {
    return receiver.got().stream()
        .filter(g -> g.json().path("type").asText().equals("message.created"))
        .filter(g -> !g.json().at("/data/event_id").asText().equals("$sample"))
        .toList();
  }

  private long distinct() {
    return messages().stream().map(Receiver.Got::id).distinct().count();
  }

  private void awaitMessages(long n) {
    Wait.until(LIMIT, n + " messages", () -> distinct() >= n);
  }

  @Test
  void whatIsSaidIsPostedSignedInOrderThroughKills() throws Exception {
    SynapseServer server = homeserver();
    try (FerryProcess first = run("config.yaml")) {
      assertThat(first.awaitLine("event=ping_ok")).isNotEmpty();
      LabClient alice = server.register("alice", TestLab.PASSWORD, false);
      List<String> rooms = rooms(alice);
      alice.say(rooms.getFirst(), "first");
      awaitMessages(1);
      assertThat(messages().getFirst().json().at("/data/body").asText()).isEqualTo("first");
      commands(messages().getFirst());
      file(alice, rooms.getLast());
      sealed(alice, rooms.getLast());
      killed(first, alice, rooms);
    } finally {
      server.stop();
      balancer.close();
      vertx.close().await();
    }
    assertThat(receiver.refused()).isEmpty();
  }

  private static List<String> rooms(LabClient alice) {
    List<String> rooms = new ArrayList<>();
    for (int i = 0; i < ROOMS; i++) {
      rooms.add(Rooms.with(alice, BOT));
    }
    return rooms;
  }

  /** What people ask while it runs. */
  private void commands(Receiver.Got got) throws IOException, InterruptedException {
    FerryProcess.Result test = command("webhooks", "test", "shop");
    assertThat(test.out()).contains("shop answered 204");
    assertThat(test.status()).isZero();
    FerryProcess.Result wrong = command("webhooks", "test", "wrong");
    assertThat(wrong.status()).isEqualTo(4);
    assertThat(wrong.out()).contains("is not public; where it is meant, name it in allow_private");
    assertThat(command("webhooks", "list").out()).contains("shop  ", ": on, ");
    String explained = command("explain", got.json().at("/data/event_id").asText()).out();
    assertThat(explained)
        .contains("webhook shop, message.created: matched", "kept out by networks", got.id());
    assertThat(command("doctor").out())
        .contains("ok        webhooks: shop: 127.0.0.1:", "warning   webhooks: wrong: nothing is");
    explained(got);
    FerryProcess.Result unknown = command("webhooks", "enable", "nobody");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("there is no webhook nobody; there are: shop, wrong");
  }

  /** The API says of filters what the command says. */
  private void explained(Receiver.Got got) throws IOException, InterruptedException {
    String event = got.json().at("/data/event_id").asText().replace("$", "%24");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api + "/api/v1/explain/" + event))
            .header("Authorization", "Bearer a-token-of-the-operators")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      assertThat(Json.parseObject(answer).path("webhooks"))
          .hasToString(
              "{\"shop\":{\"message.created\":\"matched\"},"
                  + "\"wrong\":{\"message.created\":\"networks\"}}");
    }
  }

  /** Whoever has the post can open the file, without a token; whoever changes the link cannot. */
  private void file(LabClient alice, String room) throws IOException, InterruptedException {
    byte[] bytes = "a file of the room".getBytes(StandardCharsets.UTF_8);
    String uri = alice.upload(bytes, "text/plain", "note.txt");
    String event =
        alice.send(
            room,
            "m.room.message",
            LabClient.json(
                "{\"msgtype\":\"m.file\",\"body\":\"note.txt\",\"url\":\"" + uri + "\"}"));
    awaitMessages(2);
    JsonNode data = messages().getLast().json().path("data");
    assertThat(data.path("event_id").asText()).isEqualTo(event);
    String link = data.at("/media/url").asText();
    assertThat(link).startsWith("http://127.0.0.1:" + api + "/");
    assertThat(Instant.parse(data.at("/media/expires_at").asText())).isAfter(Instant.now());
    HttpResponse<byte[]> opened = fetch(link);
    assertThat(opened.statusCode()).isEqualTo(200);
    assertThat(opened.body()).isEqualTo(bytes);
    assertThat(fetch(link.replace("expires=", "expires=1")).statusCode()).isEqualTo(403);
    isEnclosed(data.path("media"), bytes);
  }

  private static void isEnclosed(JsonNode media, byte[] bytes) throws IOException {
    assertThat(media.path("data").binaryValue()).isEqualTo(bytes);
    assertThat(media.path("sha256").asText()).isEqualTo(Sha256.hex(bytes));
  }

  /**
   * An encrypted file is opened; one that is not what its message says, or too large, is linked.
   */
  private void sealed(LabClient alice, String room) throws IOException {
    byte[] bytes = "a file under lock and key".getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream locked = new ByteArrayOutputStream();
    ObjectNode key = EncryptedFile.encrypt(new ByteArrayInputStream(bytes), locked);
    isEnclosed(posted(alice, room, locked.toByteArray(), key), bytes);
    byte[] changed = locked.toByteArray();
    changed[0]++;
    assertThat(posted(alice, room, changed, key).path("data").isNull()).isTrue();
    assertThat(posted(alice, room, new byte[1025], null).path("data").isNull()).isTrue();
  }

  /** What is posted of a file that says nothing of its size. */
  private JsonNode posted(LabClient alice, String room, byte[] file, @Nullable ObjectNode key) {
    long before = distinct();
    String uri = alice.upload(file, "application/octet-stream", "file");
    ObjectNode said = LabClient.json("{\"msgtype\":\"m.file\",\"body\":\"file\"}");
    if (key == null) {
      said.put("url", uri);
    } else {
      said.set("file", key.deepCopy().put("url", uri));
    }
    String event = alice.send(room, "m.room.message", said);
    awaitMessages(before + 1);
    JsonNode data = messages().getLast().json().path("data");
    assertThat(data.path("event_id").asText()).isEqualTo(event);
    return data.path("media");
  }

  private static HttpResponse<byte[]> fetch(String link) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(link)).build(),
          HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  /** One after the other is killed while people talk, and comes back. */
  private void killed(FerryProcess first, LabClient alice, List<String> rooms) {
    int each = Tier.Count.MESSAGES_BETWEEN_KILLS.now();
    long said = distinct();
    List<FerryProcess> daemons = new ArrayList<>(List.of(first));
    try {
      CONFIGS.stream().skip(1).map(this::run).forEach(daemons::add);
      daemons.forEach(d -> assertThat(d.awaitLine("event=ping_ok")).isNotEmpty());
      for (int kill = 0; kill < Tier.Count.DELIVERER_KILLS.now(); kill++) {
        int who = kill % daemons.size();
        say(alice, rooms, each, "before kill " + kill);
        daemons.get(who).kill();
        say(alice, rooms, each, "after kill " + kill);
        said += 2L * each * rooms.size();
        daemons.set(who, run(CONFIGS.get(who)));
      }
      awaitMessages(said);
    } finally {
      daemons.forEach(FerryProcess::close);
    }
    once(said, rooms.size());
  }

  private static void say(LabClient alice, List<String> rooms, int each, String when) {
    for (int i = 0; i < each * rooms.size(); i++) {
      alice.say(rooms.get(i % rooms.size()), when + " " + i);
    }
  }

  /**
   * Every message as its schema says, under one id with one text, numbered without gaps in each
   * room's order.
   */
  private void once(long said, int rooms) {
    Map<String, String> bodies = new HashMap<>();
    for (Receiver.Got got : messages()) {
      Shapes.check("message.created", (ObjectNode) got.json());
      @Nullable String earlier = bodies.putIfAbsent(got.id(), got.body());
      if (earlier != null) {
        assertThat(got.body()).isEqualTo(earlier);
        assertThat(got.headers()).containsEntry("ferry-repeat", "true");
      }
    }
    assertThat(bodies).hasSize((int) said);
    Map<String, List<Long>> orders =
        messages().stream()
            .collect(
                Collectors.groupingBy(
                    Receiver.Got::room,
                    Collectors.mapping(
                        Receiver.Got::seq,
                        Collectors.collectingAndThen(
                            Collectors.toList(), l -> l.stream().distinct().toList()))));
    assertThat(orders)
        .hasSize(rooms)
        .allSatisfy((room, numbers) ->
            assertThat(numbers)
                .isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList()));
  }
}
