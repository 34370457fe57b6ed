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
import java.net.http.WebSocket;
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
                token("network", List.of("*"), List.of("whatsapp")),
                token("alias", List.of("#b:*"), List.of())));
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
        name, Secret.of(name + "-token"), Set.of(Scope.values()), rooms, networks, Set.of());
  }

  private static void tell(int number, RoomId room, String network) {
    tell(house, number, room, network, "text " + number);
  }

  private static void tell(ApiHouse in, int number, RoomId room, String network, String body) {
    ObjectNode data = Json.object().put("event_id", "$" + number).put("body", body);
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
    long unused = in.stage.messages.tell(draft, Instant.parse("2026-11-21T10:00:00Z"));
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

  /** However large messages are, an answer fits into memory, and says where to go on. */
  @Test
  void largeMessagesComeInSeveralAnswers() throws Exception {
    try (ApiHouse large = new ApiHouse(ApiHouse.options(ApiHouse.token("all", Scope.values())))) {
      for (int i = 1; i <= 9; i++) {
        tell(large, i, PLAIN, "matrix", i + "x".repeat(1_000_000));
      }
      assertThat(all(large, "since", "0", "next")).containsExactly("54321", "9876");
      assertThat(all(large, "before", "0", "before")).containsExactly("98765", "4321");
    }
  }

  /** The first characters of what each answer holds. */
  private static List<String> all(ApiHouse large, String from, String first, String next)
      throws Exception {
    List<String> answers = new ArrayList<>();
    String at = first;
    while (!at.isEmpty()) {
      Answer answer = large.get("/messages?limit=500&%s=%s".formatted(from, at), "all-token");
      StringBuilder bodies = new StringBuilder();
      answer.json().path("messages").forEach(m -> bodies.append(m.path("body").asText().charAt(0)));
      if (!bodies.isEmpty()) {
        answers.add(bodies.toString());
      }
      at = bodies.isEmpty() ? "" : answer.json().path(next).asText("");
    }
    return answers;
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
    for (String made : List.of("/rooms/event:new", "/rooms/event:new/members/anna")) {
      Answer refused = house.ask("PUT", made, "network-token", "{}");
      assertThat(refused.status()).as(made).isEqualTo(403);
      assertThat(refused.json().path("detail").asText()).contains("networks do not include matrix");
    }
    Answer session =
        house.ask(
            "POST", "/sessions", "network-token", "{\"user\":\"@old_ghost:new.example.org\"}");
    assertThat(session.status()).isEqualTo(403);
    assertThat(session.json().path("detail").asText()).contains("put under users/");
  }

  @Test
  void aNetworkThatIsOnNoListIsNamedWithTheNearest() throws Exception {
    Answer answer = house.get("/messages/whatsap", "all-token");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().path("detail").asText())
        .contains("did you mean whatsapp?", "under networks");
    assertThat(house.get("/messages/whatsap", "network-token").status()).isEqualTo(403);
  }

  @Test
  void hostileValuesAreTheCallersFault() throws Exception {
    for (String query :
        List.of(
            "since=-1",
            "since=99999999999999999999",
            "since=+999999999-12-31T23:59:59Z",
            "since=%2B999999999-12-31T23:59:59Z",
            "since=-999999999-01-01T00:00:00Z",
            "since=1969-12-31",
            "since=2026-02-30",
            "since=1%00",
            "before=x",
            "before=-1",
            "limit=0",
            "limit=501",
            "limit=1.5",
            "limit=",
            "room=%00",
            "room=%21plain%00")) {
      for (String path : List.of("/messages?", "/messages/matrix?")) {
        Answer answer = house.get(path + query, "all-token");
        assertThat(answer.status()).as(path + query + answer.json()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
      }
    }
    assertThat(house.get("/messages?room=%27;drop%20table", "all-token").status())
        .isBetween(400, 404);
    Answer beyond = house.get("/messages?since=999999999999999999", "all-token");
    assertThat(beyond.status()).isEqualTo(400);
    assertThat(beyond.json().path("detail").asText()).contains("the end of the log", "go on with");
    Answer beyondInStream = house.get("/events?since=999999999999", "all-token");
    assertThat(beyondInStream.status()).isEqualTo(400);
    assertThat(beyondInStream.json().path("detail").asText())
        .contains("go on with")
        .doesNotContain("time");
    assertThat(bodies("/messages?since=9999-01-01", "all-token")).isEmpty();
    assertThat(house.get("/messages/%27%20or%201=1", "all-token").status()).isEqualTo(404);
    assertThat(bodies("/messages/slack", "all-token")).isEmpty();
  }

  @Test
  void onePageOfANetworkFollowsTheOther() throws Exception {
    List<String> seen = new ArrayList<>();
    String next = "0";
    for (int i = 0; i < 3; i++) {
      String path = "/messages/whatsapp?limit=2&since=" + next;
      seen.addAll(bodies(path, "all-token").reversed());
      next = house.get(path, "all-token").json().path("next").asText();
    }
    assertThat(seen).containsExactly("2", "4", "6", "8", "10");
    String room = PHONE.value().replace("!", "%21");
    assertThat(bodies("/messages/whatsapp?since=4&limit=2&room=" + room, "network-token"))
        .containsExactly("8", "6");
    assertThat(bodies("/messages/matrix?room=" + room, "all-token")).isEmpty();
  }

  @Test
  void roomsAreListedPageByPage() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      var unused =
          house.database.run(
              "insert into ferry.live_room (room, name, network, encrypted, card, created)"
                  + " values ($1, $2, $3, true, $4, true)",
              "!" + name + ":new.example.org",
              "Room " + name,
              name.equals("b") ? "whatsapp" : "matrix",
              "{\"alias\":\"#" + name + ":new.example.org\"}");
    }
    Answer first = house.get("/rooms?limit=2", "all-token");
    assertThat(names(first)).containsExactly("Room a", "Room b");
    String after = first.json().path("next").asText().replace("!", "%21");
    Answer second = house.get("/rooms?limit=2&after=" + after, "all-token");
    assertThat(names(second)).containsExactly("Room c");
    assertThat(second.json().path("next").isNull()).isTrue();
    assertThat(second.json().path("rooms").path(0).path("encrypted").asBoolean()).isTrue();
    assertThat(names(house.get("/rooms", "network-token"))).containsExactly("Room b");
    assertThat(names(house.get("/rooms", "alias-token"))).containsExactly("Room b");
    assertThat(names(house.get("/rooms", "room-token"))).isEmpty();
    for (String name : List.of("a", "b")) {
      String typing = "/rooms/%21" + name + ":new.example.org/typing";
      Answer refused = house.ask("POST", typing, "alias-token", "{}");
      assertThat(refused.json().path("type").asText().endsWith(":forbidden_room"))
          .as(refused.json().toString())
          .isEqualTo(name.equals("a"));
    }
    for (String query : List.of("after=x", "after=", "after=%21%00", "limit=0", "limit=x")) {
      Answer answer = house.get("/rooms?" + query, "all-token");
      assertThat(answer.status()).as(query).isEqualTo(query.equals("after=") ? 200 : 400);
    }
  }

  private static List<String> names(Answer answer) {
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    List<String> names = new ArrayList<>();
    answer.json().path("rooms").forEach(r -> names.add(r.path("name").asText()));
    return names;
  }

  @Test
  void aFileIsForWhoSeesItsRoom() throws Exception {
    var unused =
        house.database.run(
            "insert into ferry.live_media (id, pos, ref) values ('pic', 1, $1)",
            "{\"uri\":\"mxc://hs/a\",\"room\":\"" + PHONE.value() + "\"}");
    Answer seen = house.get("/media/pic", "all-token");
    assertThat(seen.json().path("detail").asText()).contains("no homeserver here");
    assertThat(house.get("/media/pic", "room-token").status()).isEqualTo(404);
    assertThat(house.get("/media/none", "all-token").status()).isEqualTo(404);
    assertThat(house.get("/media/pic", "nobody").status()).isEqualTo(401);
    MediaSigns signs = new MediaSigns(Secret.of("key"), () -> "");
    long end = Instant.now().plusSeconds(60).getEpochSecond();
    String good = signs.link("pic", Instant.ofEpochSecond(end)).substring(7);
    assertThat(house.get(good, null).json().path("detail").asText()).contains("no homeserver here");
    for (String bad :
        List.of(
            good.replace("expires=" + end, "expires=" + (end + 3600)),
            good.replace("expires=" + end, "expires=x"),
            good.replace("expires=" + end, "expires=0" + end + "0"),
            good.replaceAll("signature=.*", "signature=x"),
            good.replaceAll("signature=.*", "signature=%ff"),
            good.replaceAll("[?]expires=[0-9]+", "?a=b"))) {
      assertThat(house.get(bad, null).status()).as(bad).isIn(400, 403);
    }
  }

  @Test
  void aStreamGoesOnBehindTheLastEvent() throws Exception {
    assertThat(stream("all-token", "7", 3)).containsExactly("id: 8", "id: 9", "id: 10");
    assertThat(stream("room-token", "4", 3)).containsExactly("id: 5", "id: 7", "id: 9");
  }

  @Test
  void aSocketGoesOnBehindTheLastEvent() throws Exception {
    assertThat(socket("all-token", "7", 3)).containsExactly("8", "9", "10");
    assertThat(socket("room-token", "4", 3)).containsExactly("5", "7", "9");
  }

  private static List<String> socket(String token, String since, int count) throws Exception {
    List<String> ids = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      Frames frames = new Frames();
      String auth =
          Json.text(Json.object().put("type", "auth").put("token", token).put("since", since));
      WebSocket socket = frames.open(client, house, auth);
      assertThat(Json.parseObject(frames.next()).path("since").asText()).isEqualTo(since);
      while (ids.size() < count) {
        boolean unused = ids.add(Json.parseObject(frames.next()).path("id").asText());
      }
      socket.abort();
    }
    return ids;
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
    MediaSigns signs = new MediaSigns(Secret.of("key"), () -> "");
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
