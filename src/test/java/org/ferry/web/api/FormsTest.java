package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What callers mistype is refused with the name of the field, and of the one that was meant. */
class FormsTest {
  private static ApiHouse house;

  @BeforeAll
  static void open() {
    house = new ApiHouse(ApiHouse.options(ApiHouse.token("all", Scope.values())));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  private static String refused(String method, String path, String body) throws Exception {
    Answer answer = house.ask(method, path, "all-token", body);
    assertThat(answer.status()).as(path + body + answer.json()).isEqualTo(400);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    return answer.json().path("detail").asText();
  }

  @Test
  void aFieldThatNobodyReadsIsNamedWithTheNearest() throws Exception {
    assertThat(refused("PUT", "/users/anna", "{\"display_name\":\"Anna\"}"))
        .isEqualTo("unknown field \"display_name\"; did you mean displayname?");
    assertThat(refused("PUT", "/rooms/event:1", "{\"moderator\":[\"anna\"]}"))
        .contains("did you mean moderators?");
    assertThat(refused("PUT", "/rooms/event:1/members/anna", "{\"rol\":\"admin\"}"))
        .contains("did you mean role?");
    assertThat(refused("POST", "/sessions", "{\"user\":\"anna\",\"tll\":5}"))
        .contains("did you mean ttl?");
    assertThat(refused("POST", "/rooms/x/messages", "{\"txt\":\"a\"}"))
        .contains("did you mean text?");
    assertThat(refused("POST", "/rooms/x/messages", "{\"media\":{\"mime_type\":\"image/png\"}}"))
        .contains("\"media.mime_type\"; did you mean media.mimetype?");
    assertThat(refused("POST", "/rooms/x/typing", "{\"tping\":false}"))
        .contains("did you mean typing?");
    assertThat(refused("POST", "/rooms/x/join", "{\"user\":\"anna\"}"))
        .isEqualTo("unknown field \"user\"; there are as");
    assertThat(refused("POST", "/webhooks/shop/replay", "{\"since\":\"2026-01-01\",\"rom\":\"x\"}"))
        .contains("did you mean room?");
    assertThat(refused("POST", "/webhooks/shop/enable", "{\"on\":false}"))
        .isEqualTo("unknown field \"on\"; none is taken here");
    assertThat(refused("PUT", "/users/anna", "{\"" + "x".repeat(5000) + "\":1}"))
        .hasSizeLessThan(200);
  }

  @Test
  void aValueOfAnotherKindIsRefusedAndNullIsLeftOut() throws Exception {
    assertThat(refused("POST", "/rooms/x/typing", "{\"typing\":\"no\"}"))
        .isEqualTo("typing has to be true or false");
    assertThat(refused("PUT", "/rooms/event:1", "{\"members\":\"anna\"}"))
        .isEqualTo("members has to be a list of texts");
    assertThat(refused("POST", "/rooms/x/messages", "{\"media\":{\"size\":\"7\"}}"))
        .isEqualTo("media.size has to be a whole number");
    Answer left = house.ask("PUT", "/rooms/event:1", "all-token", "{\"members\":null}");
    assertThat(left.json().path("detail").asText()).contains("no homeserver here");
  }

  @Test
  void aParameterThatNobodyReadsIsNamedWithTheNearest() throws Exception {
    for (String query : List.of("limt=5", "LIMITS=5", "limit=1&limit=2")) {
      Answer answer = house.get("/messages?" + query, "all-token");
      assertThat(answer.status()).as(query).isEqualTo(400);
      assertThat(answer.json().path("detail").asText()).as(query).contains("limit");
    }
    assertThat(house.get("/messages?Idempotency-Key=a", "all-token").status()).isEqualTo(400);
    assertThat(house.get("/health?at=1", null).status()).isEqualTo(200);
  }

  @Test
  void brokenJsonIsToldWhereAndNothingOfWhatItSays() throws Exception {
    assertThat(refused("PUT", "/users/anna", "{\"displayname\":\"secret\" \"x\"}"))
        .startsWith("the body is no JSON at line 1, column ")
        .doesNotContain("secret", "Exception");
    assertThat(refused("PUT", "/users/anna", "{\"displayname\":")).contains("ends too early");
    assertThat(refused("PUT", "/users/anna", "[".repeat(5000))).contains("nested too deeply");
  }

  @Test
  void framesAreReadAsStrictly() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      Frames frames = new Frames();
      WebSocket socket = frames.open(client, house, "{\"type\":\"auth\",\"token\":\"all-token\"}");
      assertThat(frames.next()).contains("ready");
      for (String bad :
          List.of("\"type\":\"typing\",\"tping\":true", "\"type\":\"message\",\"txt\":\"a\"")) {
        var unused = socket.sendText("{\"id\":1,\"room\":\"x\"," + bad + "}", true).join();
        assertThat(frames.next()).contains("\"id\":1", "bad_request", "did you mean t");
      }
      var unused = socket.sendText("{\"id\":2,\"type\":\"foo\"}", true).join();
      assertThat(frames.next()).contains("\"id\":2", "type is join, typing or message");
      unused = socket.sendText("{\"type\":\"" + "x".repeat(300_000) + "\"}", true).join();
      assertThat(frames.next()).startsWith("1009").contains("256 KiB");
      String far = "{\"type\":\"auth\",\"token\":\"all-token\",\"since\":\"77\"}";
      WebSocket unusedAhead = frames.open(client, house, far);
      assertThat(frames.next()).startsWith("4400").contains("beyond the end of the log");
      WebSocket unusedOther =
          frames.open(client, house, "{\"type\":\"auth\",\"tokn\":\"all-token\"}");
      assertThat(frames.next()).startsWith("4401").contains("did you mean token?");
    }
  }

  /** As browsers, Node and Python send it: whole. */
  @Test
  void aFrameOfTheLargestSizeIsReadAndALargerOneAnswered() throws Exception {
    BlockingQueue<String> came = new LinkedBlockingQueue<>();
    WebSocketClient client =
        house.vertx.createWebSocketClient(new WebSocketClientOptions().setMaxFrameSize(1 << 20));
    io.vertx.core.http.WebSocket socket =
        client.connect(house.port(), "127.0.0.1", "/api/v1/stream").await();
    var unused = socket.textMessageHandler(came::add);
    unused = socket.closeHandler(v -> came.add("closed " + socket.closeStatusCode()));
    socket.writeFinalTextFrame("{\"type\":\"auth\",\"token\":\"all-token\"}").await();
    assertThat(came.poll(10, TimeUnit.SECONDS)).contains("ready");
    String text = "{\"type\":\"foo\",\"id\":1,\"text\":\"%s\"}";
    socket.writeFinalTextFrame(text.formatted("x".repeat(250_000))).await();
    assertThat(came.poll(10, TimeUnit.SECONDS)).contains("\"id\":1", "bad_request");
    socket.writeFinalTextFrame(text.formatted("x".repeat(300_000))).await();
    assertThat(came.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1009");
    client.close().await();
  }

  @Test
  void aStreamIsToldToBeAskedForAsOne() throws Exception {
    Answer answer = house.get("/stream", null);
    assertThat(answer.status()).isEqualTo(426);
    assertThat(answer.header("upgrade")).isEqualTo("websocket");
    assertThat(answer.json().path("title").asText()).isEqualTo("Only as a WebSocket");
    assertThat(
            house
                .get("/openapi.json", "all-token")
                .json()
                .at("/paths/~1stream/get/responses/426")
                .isObject())
        .isTrue();
  }

  /** Every status that a problem may have stands in the table of the page. */
  @Test
  void thePageNamesEveryStatus() throws Exception {
    String page = Files.readString(Path.of("docs/reference/api.md"));
    String table =
        page.substring(page.indexOf("## What goes wrong"), page.indexOf("## Reading on"));
    Problem.statuses().forEach(s -> assertThat(table).contains(String.valueOf(s)));
  }
}
