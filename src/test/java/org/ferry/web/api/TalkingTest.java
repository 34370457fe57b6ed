package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import org.ferry.matrix.event.Json;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said while nothing can be sent, and more at once than can be done. */
class TalkingTest {
  private static final String TOKEN = "shop-token";
  private static final String ROOM = "!room:" + ApiHouse.DOMAIN;
  private static final String PATH = "/rooms/" + ROOM.replace("!", "%21") + "/messages";

  private final HttpClient client = HttpClient.newHttpClient();
  private final ApiHouse house =
      new ApiHouse(ApiHouse.options(ApiHouse.token("shop", Scope.READ, Scope.SEND)));

  @AfterEach
  void close() {
    house.close();
    client.shutdownNow();
    client.close();
  }

  private long kept() {
    return house.database.run("select count(*) from ferry.outgoing").iterator().next().getLong(0);
  }

  private Answer say(String text, String... headers) throws Exception {
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return house.ask("POST", PATH, TOKEN, "{\"text\":\"" + text + "\"}", all);
  }

  @Test
  void whatCameWithoutAKeyIsGivenOneAndNobodyIsAskedToPostItAgain() throws Exception {
    Answer first = say("hello");
    assertThat(first.status()).isEqualTo(503);
    assertThat(first.json().path("type").asText()).isEqualTo("urn:ferry:problem:not_yet");
    assertThat(first.header("retry-after")).isEmpty();
    String key = first.json().path("idempotency_key").asText();
    assertThat(key).isNotBlank().isEqualTo(first.header("idempotency-key"));
    assertThat(first.json().path("detail").asText()).contains("is kept", "Idempotency-Key");
    Answer again = say("hello", "Idempotency-Key", key);
    assertThat(again.json().path("type").asText()).isEqualTo("urn:ferry:problem:not_yet");
    assertThat(again.header("retry-after")).isEqualTo("5");
    assertThat(again.json().has("idempotency_key")).isFalse();
    assertThat(kept()).isEqualTo(1);
    assertThat(say("hello").header("idempotency-key")).isNotEqualTo(key);
    assertThat(kept()).isEqualTo(2);
  }

  @Test
  void aFrameWithoutARefIsGivenAKeyAndTakesIt() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = open(frames);
    String said = "\"type\":\"message\",\"room\":\"" + ROOM + "\",\"text\":\"hello\"";
    send(socket, "{" + said + ",\"id\":1}");
    JsonNode first = Json.parseObject(frames.next());
    assertThat(first.path("problem").asText()).isEqualTo("not_yet");
    String key = first.path("idempotency_key").asText();
    send(socket, "{" + said + ",\"id\":2,\"idempotency_key\":\"" + key + "\"}");
    JsonNode again = Json.parseObject(frames.next());
    assertThat(again.path("problem").asText()).isEqualTo("not_yet");
    assertThat(again.has("idempotency_key")).isFalse();
    assertThat(kept()).isEqualTo(1);
    send(socket, "{" + said + ",\"id\":3,\"client_ref\":\"order 7\"}");
    assertThat(Json.parseObject(frames.next()).has("idempotency_key")).isFalse();
    assertThat(kept()).isEqualTo(2);
  }

  /** Each is answered, in its turn, also where the first one takes a while. */
  @Test
  void whoSendsManyFramesAtOnceIsReadAsTheyAreDone() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = open(frames);
    send(socket, "{\"type\":\"message\",\"room\":\"" + ROOM + "\",\"text\":\"a\",\"id\":0}");
    int many = 300;
    for (int id = 1; id <= many; id++) {
      send(socket, "{\"type\":\"dance\",\"id\":" + id + "}");
    }
    for (int id = 0; id <= many; id++) {
      String answer = frames.next();
      assertThat(answer).startsWith("{");
      assertThat(Json.parseObject(answer).path("id").asInt()).isEqualTo(id);
    }
  }

  private WebSocket open(Frames frames) throws InterruptedException {
    WebSocket socket =
        frames.open(client, house, "{\"type\":\"auth\",\"token\":\"" + TOKEN + "\"}");
    assertThat(frames.next()).contains("ready");
    return socket;
  }

  private static void send(WebSocket socket, String frame) {
    WebSocket unused = socket.sendText(frame, true).join();
  }
}
