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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.UploadedKeys;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Ferry that is no application service follows an account; a program that is told of its
 * encrypted conversations answers in them as that account.
 */
class AnsweringIT {
  private final TestPostgres.Db db = TestPostgres.ledger();
  private final SynapseServer server = TestLab.shared().target();
  private final LabClient kim = TestLab.shared().person("answering-kim");
  private final LabClient bob = TestLab.shared().person("answering-bob");
  private final int port = Ports.free();
  private final HttpClient client = HttpClient.newHttpClient();
  @TempDir Path folder;

  private void configure() throws IOException {
    Files.writeString(folder.resolve("kim.password"), TestLab.PASSWORD.reveal());
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        api:
          listen: "127.0.0.1:%d"
          tokens:
            - {name: shop, token: "a-token-of-the-shop", scopes: [send], accounts: ["%s"]}
            - {name: other, token: "a-token-of-others", scopes: [send, provision]}
        database: {url: "%s"}
        accounts: [{user: "%s", password_file: kim.password, rooms: ["*"], invites: {from: ["*"]}}]
        """
            .formatted(
                server.baseUrl(), TestLab.DOMAIN, port, kim.userId(), db.url(), kim.userId()));
  }

  private Peer bobsClient() {
    return Peer.login(
        PeerKind.NIO, folder.resolve("bob"), server.baseUrl(), bob.userId(), TestLab.PASSWORD);
  }

  @Test
  void aProgramAnswersAsTheAccountThatItsTokenNames() throws Exception {
    configure();
    String pickleKey = PickleKey.random().text().reveal();
    try (Peer peer = bobsClient();
        FerryProcess ferry =
            FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", pickleKey).start()) {
      assertThat(ferry.awaitLine("state=following")).contains(kim.userId());
      UploadedKeys.await(db, kim.userId());
      String room = peer.createEncryptedRoom(100, kim.userId());
      Rooms.awaitMember(bob, room, kim.userId());
      peer.sync();
      texts(peer, room);
      file(peer, room);
      others(room);
    } finally {
      client.close();
    }
  }

  /** The same key is the same message; without a name the only account of the token speaks. */
  private void texts(Peer peer, String room) throws Exception {
    String named = "{\"as\":\"%s\",\"text\":\"Yes, it is.\"}".formatted(kim.userId());
    String first = event(post(room, "messages", named, "k1"));
    assertThat(event(post(room, "messages", named, "k1"))).isEqualTo(first);
    String second = event(post(room, "messages", "{\"text\":\"Come by at six.\"}", "k2"));
    assertThat(seen(peer, room, first).body()).isEqualTo("Yes, it is.");
    assertThat(seen(peer, room, second).body()).isEqualTo("Come by at six.");
    assertThat(post(room, "typing", "{}", "").statusCode()).isEqualTo(204);
  }

  private void file(Peer peer, String room) throws Exception {
    byte[] bytes = "a small file".getBytes(StandardCharsets.UTF_8);
    String body =
        "{\"media\":{\"data\":\"%s\",\"mimetype\":\"text/plain\",\"filename\":\"note.txt\"}}"
            .formatted(Base64.getEncoder().encodeToString(bytes));
    JsonNode content = seen(peer, room, event(post(room, "messages", body, "k3"))).content();
    assertThat(content.has("url")).isFalse();
    assertThat(peer.file(content.path("file"))).isEqualTo(bytes);
  }

  /** Nobody else, by no other token, and nowhere that the account did not let itself in. */
  private void others(String room) throws Exception {
    String asBob = "{\"as\":\"%s\",\"text\":\"no\"}".formatted(bob.userId());
    problem(post(room, "messages", asBob, "k4"), 403, "api.tokens[].accounts");
    problem(post(room, "join", "{}", ""), 403, "accounts[].invites");
    String asKim = "{\"as\":\"%s\",\"text\":\"no\"}".formatted(kim.userId());
    problem(post("a-token-of-others", room, "messages", asKim, "k5"), 403, "cannot speak for");
    problem(post("a-token-of-others", room, "messages", "{\"text\":\"no\"}", "k6"), 409, "no bot");
    String session = "{\"user\":\"%s\"}".formatted(kim.userId());
    problem(ask("a-token-of-others", "sessions", session, ""), 409, "no users of its own");
    String elsewhere = bob.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
    problem(post(elsewhere, "messages", "{\"text\":\"no\"}", "k7"), 403, "");
  }

  private Peer.Clear seen(Peer peer, String room, String event) {
    Peer.Clear seen =
        peer.await(room, Set.of(event)).clear().stream()
            .filter(c -> c.eventId().equals(event))
            .findFirst()
            .orElseThrow();
    assertThat(seen.encrypted()).isTrue();
    assertThat(seen.sender()).isEqualTo(kim.userId());
    return seen;
  }

  private static String event(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return LabClient.json(answer.body()).path("event_id").asText();
  }

  private static void problem(HttpResponse<String> answer, int status, String words) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(LabClient.json(answer.body()).path("detail").asText()).contains(words);
  }

  private HttpResponse<String> post(String room, String what, String body, String key)
      throws Exception {
    return post("a-token-of-the-shop", room, what, body, key);
  }

  private HttpResponse<String> post(String token, String room, String what, String body, String key)
      throws Exception {
    return ask(token, "rooms/" + LabClient.esc(room) + "/" + what, body, key);
  }

  private HttpResponse<String> ask(String token, String path, String body, String key)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
            .timeout(Duration.ofSeconds(40))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request = request.header("Idempotency-Key", key);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
