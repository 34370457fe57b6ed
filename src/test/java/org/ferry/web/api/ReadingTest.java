package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MessageType;
import org.ferry.matrix.event.Json;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is read through the API, from a log of ten messages in two rooms of two networks. */
class ReadingTest {
  private static final RoomId PLAIN = new RoomId("!plain:new.example.org");
  private static final RoomId PHONE = new RoomId("!phone:new.example.org");
  private static ApiHouse house;

  @BeforeAll
  static void open() {
    house =
        new ApiHouse(
            ApiHouse.options(
                ApiHouse.token("all", Scope.values()),
                token("room", List.of(PLAIN.value()), List.of()),
                token("network", List.of("*"), List.of("whatsapp"))));
    for (int i = 1; i <= 10; i++) {
      tell(i, i % 2 == 1 ? PLAIN : PHONE, i % 2 == 1 ? "matrix" : "whatsapp");
    }
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static ApiOptions.Token token(String name, List<String> rooms, List<String> networks) {
    return new ApiOptions.Token(
        name, Secret.of(name + "-token"), Set.of(Scope.values()), rooms, networks);
  }

  private static void tell(int number, RoomId room, String network) {
    ObjectNode data = Json.object().put("event_id", "$" + number).put("body", "text " + number);
    Draft draft =
        new Draft(
            0,
            MessageType.MESSAGE_CREATED,
            room,
            new EventId("$" + number),
            network,
            "@a:new.example.org",
            LiveMessage.INCOMING,
            number,
            data,
            null);
    long unused = house.stage.messages.tell(draft, Instant.parse("2026-11-21T10:00:00Z"));
  }

  private static List<String> bodies(String path, String token) throws Exception {
    Answer answer = house.get(path, token);
    assertThat(answer.status()).as(path + answer.json()).isEqualTo(200);
    List<String> all = new ArrayList<>();
    for (JsonNode message : answer.json().path("messages")) {
      all.add(message.path("body").asText().replace("text ", ""));
    }
    return all;
  }

  @Test
  void theNewestComeFirstAndBeforeGoesBack() throws Exception {
    assertThat(bodies("/messages?limit=3", "all-token")).containsExactly("10", "9", "8");
    Answer first = house.get("/messages?limit=3", "all-token");
    String oldest = first.json().path("messages").path(2).path("id").asText();
    assertThat(bodies("/messages?limit=3&before=" + oldest, "all-token"))
        .containsExactly("7", "6", "5");
  }

  @Test
  void whoAsksAgainAndAgainMissesNothing() throws Exception {
    List<String> seen = new ArrayList<>();
    String next = "0";
    for (int i = 0; i < 4; i++) {
      Answer answer = house.get("/messages?limit=4&since=" + next, "all-token");
      List<String> page = new ArrayList<>();
      answer.json().path("messages").forEach(m -> page.add(m.path("body").asText()));
      seen.addAll(page.reversed());
      next = answer.json().path("next").asText();
    }
    assertThat(seen).hasSize(10).startsWith("text 1", "text 2").endsWith("text 10");
    assertThat(bodies("/messages?since=2026-11-21", "all-token")).hasSize(10);
    assertThat(bodies("/messages?since=2026-11-22", "all-token")).isEmpty();
  }

  @Test
  void roomsAndNetworksNarrow() throws Exception {
    String phone = "/messages?room=" + PHONE.value().replace("!", "%21");
    assertThat(bodies(phone, "all-token")).containsExactly("10", "8", "6", "4", "2");
    assertThat(bodies("/messages/matrix", "all-token")).containsExactly("9", "7", "5", "3", "1");
    assertThat(bodies("/messages", "room-token")).containsExactly("9", "7", "5", "3", "1");
    assertThat(bodies("/messages?since=0", "room-token")).hasSize(5).doesNotContain("2");
    assertThat(bodies("/messages?limit=2", "network-token")).containsExactly("10", "8");
    assertThat(house.get(phone, "room-token").status()).isEqualTo(403);
    assertThat(house.get("/messages/matrix", "network-token").status()).isEqualTo(403);
  }

  @Test
  void aStreamGoesOnBehindTheLastEvent() throws Exception {
    assertThat(stream("all-token", "7", 3)).containsExactly("id: 8", "id: 9", "id: 10");
    assertThat(stream("room-token", "4", 3)).containsExactly("id: 5", "id: 7", "id: 9");
  }

  private static List<String> stream(String token, String last, int count) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + house.port() + "/api/v1/events"))
            .header("Authorization", "Bearer " + token)
            .header("Last-Event-ID", last)
            .timeout(Duration.ofSeconds(20))
            .build();
    List<String> ids = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      var answer = client.send(request, BodyHandlers.ofInputStream());
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("text/event-stream");
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
        while (ids.size() < count) {
          String line = lines.readLine();
          assertThat(line).as("the stream goes on").isNotNull();
          if (line.startsWith("id: ")) {
            ids.add(line);
          }
        }
      }
      client.shutdownNow();
    }
    return ids;
  }

  @Test
  void linksToFilesHoldUntilTheyEnd() throws Exception {
    MediaSigns signs = new MediaSigns(Secret.of("key"), null);
    String good = signs.link("nothing", Instant.now().plusSeconds(60)).substring(7);
    assertThat(house.get(good, null).status()).isEqualTo(404);
    String other = good.replace("/media/nothing", "/media/something");
    assertThat(house.get(other, null).status()).isEqualTo(403);
    String ended = signs.link("nothing", Instant.now().minusSeconds(60)).substring(7);
    assertThat(house.get(ended, null).status()).isEqualTo(410);
    assertThat(house.get("/media/nothing", null).status()).isEqualTo(401);
  }

  @Test
  void whatFerryKnowsIsForTokensOfEverything() throws Exception {
    assertThat(house.get("/migration", "all-token").json().path("crossings").isArray()).isTrue();
    assertThat(house.get("/migration", "room-token").status()).isEqualTo(403);
    assertThat(house.get("/explain/%24nobody", "all-token").status()).isEqualTo(404);
    assertThat(house.get("/explain/nonsense", "all-token").status()).isEqualTo(400);
    assertThat(house.get("/explain/%24nobody", "network-token").status()).isEqualTo(403);
    JsonNode names = house.get("/schemas", "all-token").json().path("schemas");
    for (JsonNode name : names) {
      Answer schema = house.get("/schemas/" + name.asText(), "room-token");
      assertThat(schema.json().path("$schema").asText()).as(name.asText()).contains("2020-12");
    }
    assertThat(names).isNotEmpty();
    assertThat(house.get("/schemas/none", "all-token").status()).isEqualTo(404);
  }
}
