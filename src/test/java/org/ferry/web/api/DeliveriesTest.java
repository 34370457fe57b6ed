package org.ferry.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ferry.id.Secret;
import org.ferry.store.api.WatchedRows;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Webhooks through the API: four deliveries of one webhook, of which one was given up. */
class DeliveriesTest {
  private ApiHouse house;

  @BeforeEach
  void open() {
    house =
        new ApiHouse(
            ApiHouse.options(
                ApiHouse.token("all", Scope.values()),
                ApiHouse.token("reader", Scope.READ),
                token("here", List.of("!r:s"), List.of()),
                token("elsewhere", List.of("!other:s"), List.of()),
                token("phone", List.of("*"), List.of("whatsapp"))));
    WatchedRows.fill(house.database);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private static ApiOptions.Token token(String name, List<String> rooms, List<String> networks) {
    return new ApiOptions.Token(
        name, Secret.of(name + "-token"), Set.of(Scope.values()), rooms, networks, Set.of());
  }

  private List<String> ids(String path, String token) throws Exception {
    List<String> ids = new ArrayList<>();
    house.get(path, token).json().path("deliveries").forEach(d -> ids.add(d.path("id").asText()));
    return ids;
  }

  @Test
  void whatIsConfiguredIsListedAlsoWhereItWasNeverServed() throws Exception {
    var unused =
        house.database.run("insert into ferry.webhook_endpoint (name, pos) values ('left', 0)");
    JsonNode list = house.get("/webhooks", "all-token").json().path("webhooks");
    assertThat(list).hasSize(3);
    JsonNode left = list.path(0);
    assertThat(left.path("name").asText()).isEqualTo("left");
    assertThat(left.path("configured").asBoolean()).isFalse();
    JsonNode fresh = list.path(1);
    assertThat(fresh.path("name").asText()).isEqualTo("never-served");
    assertThat(fresh.path("configured").asBoolean()).isTrue();
    assertThat(fresh.path("on").asBoolean()).isTrue();
    assertThat(fresh.path("waiting").asLong()).isZero();
    assertThat(fresh.path("oldest").isNull()).isTrue();
    JsonNode shop = list.path(2);
    assertThat(shop.path("waiting").asLong()).isEqualTo(3);
    assertThat(shop.path("failed").asLong()).isEqualTo(1);
    assertThat(house.get("/webhooks", "reader-token").status()).isEqualTo(403);
    assertThat(house.get("/webhooks", null).status()).isEqualTo(401);
  }

  @Test
  void deliveriesAreThoseOfRoomsThatTheTokenSees() throws Exception {
    String path = "/webhooks/shop/deliveries";
    assertThat(ids(path, "all-token")).containsExactly("msg_4", "msg_3", "msg_2", "msg_1");
    assertThat(ids(path + "?limit=2", "all-token")).containsExactly("msg_4", "msg_3");
    assertThat(ids(path, "here-token")).hasSize(4);
    assertThat(ids(path, "elsewhere-token")).isEmpty();
    assertThat(ids(path, "phone-token")).isEmpty();
    assertThat(ids("/webhooks/never-served/deliveries", "all-token")).isEmpty();
    for (String bad : List.of("before=x", "before=1n", "before=-1n0", "state=lost")) {
      assertThat(house.get(path + "?" + bad, "all-token").status()).as(bad).isEqualTo(400);
    }
    for (String limit : List.of("0", "-1", "501", "1e3", "x", "99999999999999999999")) {
      assertThat(house.get(path + "?limit=" + limit, "all-token").status())
          .as(limit)
          .isEqualTo(400);
    }
    for (String name : List.of("none", "%27%20or%201=1--", "..%2Fshop", "shop%20")) {
      Answer none = house.get("/webhooks/" + name + "/deliveries", "all-token");
      assertThat(none.status()).as(name).isEqualTo(404);
    }
  }

  @Test
  void deliveriesAreListedPageByPageAndByState() throws Exception {
    String path = "/webhooks/shop/deliveries?limit=3";
    JsonNode first = house.get(path, "all-token").json();
    assertThat(first.path("deliveries")).hasSize(3);
    String older = path + "&before=" + first.path("before").asText();
    for (String token : List.of("all-token", "here-token")) {
      JsonNode last = house.get(older, token).json();
      assertThat(last.path("deliveries")).hasSize(1);
      assertThat(last.has("before")).as("nothing is older").isFalse();
      assertThat(ids(older, token)).containsExactly("msg_1");
    }
    assertThat(house.get(path, "elsewhere-token").json().has("before")).isFalse();
    assertThat(ids(path + "&state=failed", "all-token")).hasSize(1);
    assertThat(ids(path + "&state=waiting", "here-token")).hasSize(3);
    assertThat(ids(path + "&state=delivered", "all-token")).isEmpty();
  }

  @Test
  void whatWasGivenUpIsDeliveredAgainOnce() throws Exception {
    String path = "/webhooks/shop/replay";
    Answer again = house.ask("POST", path, "all-token", "{\"since\":\"2026-01-01T00:00:00Z\"}");
    assertThat(again.status()).as(again.json().toString()).isEqualTo(200);
    assertThat(again.json().path("again").asInt()).isEqualTo(1);
    assertThat(
            house
                .ask("POST", path, "all-token", "{\"since\":\"2026-01-01\"}")
                .json()
                .path("again")
                .asInt())
        .isZero();
    Answer never =
        house.ask(
            "POST", "/webhooks/never-served/replay", "all-token", "{\"since\":\"2026-01-01\"}");
    assertThat(never.json().path("again").asInt(-1)).isZero();
  }

  @Test
  void whatIsNoLongerKeptIsSaid() throws Exception {
    String path = "/webhooks/shop/replay";
    String order = "{\"since\":\"2026-01-01T00:00:00Z\"}";
    assertThat(house.ask("POST", path, "all-token", order).json().path("kept_since").isNull())
        .isTrue();
    house.keptSince = Instant.parse("2026-06-01T00:00:00Z");
    assertThat(house.ask("POST", path, "all-token", order).json().path("kept_since").asText())
        .isEqualTo("2026-06-01T00:00:00Z");
    String later = "{\"since\":\"2026-06-02T00:00:00Z\"}";
    assertThat(house.ask("POST", path, "all-token", later).json().path("kept_since").isNull())
        .isTrue();
  }

  @Test
  void anOrderThatMakesNoSenseIsRefused() throws Exception {
    String path = "/webhooks/shop/replay";
    for (String body :
        List.of(
            "{}",
            "{\"since\":1}",
            "{\"since\":\"\"}",
            "{\"since\":\"yesterday\"}",
            "{\"since\":\"+999999999-01-01T00:00:00Z\"}",
            "{\"since\":\"-1000000000-01-01T00:00:00Z\"}",
            "{\"since\":\"2026-13-01\"}",
            "{\"since\":\"2026-01-01T00:00:00Z\",\"room\":\"\\u0000\"}",
            "{\"since\":\"2026-01-01T00:00:00Z\",\"room\":7}")) {
      assertThat(house.ask("POST", path, "all-token", body).status()).as(body).isEqualTo(400);
    }
    String all = "{\"since\":\"2026-01-01T00:00:00Z\"}";
    assertThat(house.ask("POST", path, "here-token", all).status()).isEqualTo(403);
    assertThat(house.ask("POST", path, "phone-token", all).status()).isEqualTo(403);
    String room = "{\"since\":\"2026-01-01T00:00:00Z\",\"room\":\"!r:s\"}";
    assertThat(house.ask("POST", path, "elsewhere-token", room).status()).isEqualTo(403);
    assertThat(house.ask("POST", path, "here-token", room).json().path("again").asInt())
        .isEqualTo(1);
  }

  @Test
  void oneThatWasSwitchedOffGoesOn() throws Exception {
    var unused =
        house.database.run(
            "update ferry.webhook_endpoint set off_at = now(), off_reason = 'the receiver is"
                + " gone'");
    JsonNode off = house.get("/webhooks", "all-token").json().path("webhooks").path(1);
    assertThat(off.path("on").asBoolean()).isFalse();
    assertThat(off.path("reason").asText()).isEqualTo("the receiver is gone");
    assertThat(house.ask("POST", "/webhooks/shop/enable", "here-token", "{}").status())
        .isEqualTo(403);
    assertThat(house.ask("POST", "/webhooks/shop/enable", "all-token", "{}").status())
        .isEqualTo(200);
    JsonNode on = house.get("/webhooks", "all-token").json().path("webhooks").path(1);
    assertThat(on.path("on").asBoolean()).isTrue();
    assertThat(house.ask("POST", "/webhooks/none/enable", "all-token", "{}").status())
        .isEqualTo(404);
  }

  @Test
  void explainTellsOfADelivery() throws Exception {
    JsonNode known = house.get("/explain/msg_1", "all-token").json();
    assertThat(known.path("deliveries").path(0).path("state").asText()).isEqualTo("failed");
    assertThat(known.path("webhooks")).isEmpty();
    assertThat(house.get("/explain/msg_none", "all-token").status()).isEqualTo(404);
    assertThat(house.get("/explain/msg_1", "here-token").status()).isEqualTo(403);
  }

  @Test
  void explainTellsWhichFilterKeptAnEventOut() throws Exception {
    Answer answer = house.get("/explain/%24filtered", "all-token");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("webhooks"))
        .hasToString("{\"never-served\":{\"message.created\":\"networks\"}}");
  }
}
