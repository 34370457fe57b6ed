package org.ferry.web.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.Sha256;
import org.ferry.id.UserId;
import org.ferry.live.provision.Person;
import org.ferry.live.provision.Provisioned;
import org.ferry.live.provision.Role;
import org.ferry.store.api.PgProvisioned;
import org.ferry.web.api.ApiHouse.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The API's door, over real HTTP: who comes in, and what the others are told. */
class ApiTest {
  private static final String PROVISION = "shop-token";
  private static ApiHouse house;

  @BeforeAll
  static void open() {
    house =
        new ApiHouse(
            ApiHouse.options(
                ApiHouse.token("shop", Scope.PROVISION, Scope.SEND),
                ApiHouse.token("reader", Scope.READ),
                new ApiOptions.Token(
                    "events",
                    Secret.of("events-token"),
                    Set.of(Scope.PROVISION),
                    List.of("event:*"),
                    List.of(),
                    Set.of())));
  }

  @AfterAll
  static void close() {
    house.close();
  }

  @Test
  void healthNeedsNoToken() throws Exception {
    Answer answer = house.get("/health", null);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("ok");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("content-security-policy")).contains("default-src 'none'");
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
  }

  @Test
  void whoShowsNoTokenOrAWrongOneIsToldSo() throws Exception {
    for (String path : List.of("/openapi.json", "/users/a", "/nothing", "/rooms/x/members/y")) {
      Answer none = house.ask("PUT", path, null, "{}");
      assertThat(none.status()).as(path).isEqualTo(401);
      assertThat(none.header("www-authenticate")).startsWith("Bearer");
      assertThat(none.header("content-type")).isEqualTo("application/problem+json");
      Answer wrong = house.ask("PUT", path, "shop-tokem", "{}");
      assertThat(wrong.status()).as(path).isEqualTo(401);
      assertThat(wrong.json().path("type").asText()).isEqualTo("urn:ferry:problem:wrong_token");
      assertThat(wrong.json().path("detail").asText()).isNotEmpty();
    }
  }

  @Test
  void aTokenWithoutTheScopeIsRefused() throws Exception {
    Answer answer = house.ask("PUT", "/users/anna", "reader-token", "{}");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.header("www-authenticate")).contains("insufficient_scope", "provision");
    assertThat(answer.json().path("detail").asText()).contains("provision");
  }

  /** The answer is there although the body was announced and never sent. */
  @Test
  void nothingOfTheBodyIsWaitedForBeforeTheTokenIsKnown() throws Exception {
    for (String token : List.of("wrong", "reader-token")) {
      String answer =
          raw(
              "PUT /api/v1/users/anna HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                  + token
                  + "\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n{");
      assertThat(answer).startsWith("HTTP/1.1 40" + (token.equals("wrong") ? "1" : "3"));
      assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("connection: close");
    }
  }

  @Test
  void aBodyThatIsTooLargeIsCutOff() throws Exception {
    String head =
        "PUT /api/v1/users/anna HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token\r\n";
    String json = "Content-Type: application/json\r\n";
    assertThat(raw(head + json + "Content-Length: 65537\r\n\r\n")).startsWith("HTTP/1.1 413");
    String part = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
    String chunked = head + json + "Transfer-Encoding: chunked\r\n\r\n" + part + part + part;
    assertThat(raw(chunked)).startsWith("HTTP/1.1 413");
  }

  @Test
  void whoSendsTooMuchCanReadWhy() throws Exception {
    String head = "PUT /api/v1/users/anna HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token";
    String json = "\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n";
    assertThat(raw(head + json + "x".repeat(30_000_000))).startsWith("HTTP/1.1 413");
  }

  @Test
  void whatIsNoJsonIsToldSo() throws Exception {
    for (String body : List.of("{", "[]", "null", "{\"displayname\":1}", "{} {}", "\u0000")) {
      Answer answer = house.ask("PUT", "/users/anna", PROVISION, body);
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    }
    Answer form = house.ask("PUT", "/users/anna", PROVISION, "a=b", "Content-Type", "text/plain");
    assertThat(form.status()).isEqualTo(415);
    String deep = "{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    assertThat(house.ask("PUT", "/users/anna", PROVISION, deep).status()).isEqualTo(400);
  }

  @Test
  void pathsAreTakenAsTheyAre() throws Exception {
    assertThat(house.get("/nothing", PROVISION).status()).isEqualTo(404);
    Answer method = house.ask("POST", "/users/anna", PROVISION, "{}");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.header("allow")).isEqualTo("DELETE, PUT");
    for (String path :
        List.of(
            "/api/v1/../v1/health",
            "/api/v1/./health",
            "/x/../api/v1/health",
            "/api/v1//health",
            "/api/v1/health/",
            "/api/v1/%2e%2e/health",
            "/api")) {
      String answer =
          raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token\r\n\r\n");
      assertThat(answer).as(path).startsWith("HTTP/1.1 404");
    }
    for (String id : List.of("%", "%zz", "%ff", "a%00b", "a%0d%0aSet-Cookie:%20x", "..", "%2e")) {
      String answer =
          raw(
              "PUT /api/v1/users/"
                  + id
                  + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shop-token\r\n\r\n");
      assertThat(answer)
          .as(id)
          .matches("(?s)HTTP/1.1 4(00|04|22) .*")
          .contains("application/problem+json")
          .doesNotContain("Set-Cookie");
    }
  }

  @Test
  void aParameterThatIsBrokenIsTheCallersFault() throws Exception {
    for (String query : List.of("room=%zz", "room=%", "limit=%ff", "since=x", "limit=501")) {
      String answer =
          raw(
              "GET /api/v1/messages?"
                  + query
                  + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer reader-token\r\n\r\n");
      assertThat(answer).as(query).startsWith("HTTP/1.1 400").contains("application/problem+json");
    }
  }

  @Test
  void headersThatHoldALineBreakAreNoRequest() throws Exception {
    String answer =
        raw(
            "GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\nIdempotency-Key: \u0001\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400");
  }

  @Test
  void aNameOfAnotherServerIsRefusedWithAWordOnWhy() throws Exception {
    Answer answer = house.ask("PUT", "/users/@bob:elsewhere.org", PROVISION, "{}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().path("detail").asText()).contains("elsewhere.org", "new.example.org");
  }

  @Test
  void aTokenOfSomeRoomsChangesNoOthers() throws Exception {
    assertThat(house.ask("PUT", "/rooms/team:1", "events-token", "{}").status()).isEqualTo(403);
    Answer own = house.ask("PUT", "/rooms/event:1", "events-token", "{}");
    assertThat(own.json().path("detail").asText()).contains("no homeserver here");
  }

  @Test
  void aSessionSeesNoMoreThanTheTokenThatMadeIt() throws Exception {
    for (String maker : List.of("shop", "events", "gone")) {
      house.sessions.begin(
          Sha256.of("ferry_session_" + maker),
          new UserId("@old_bob:new.example.org"),
          maker,
          Instant.now().plusSeconds(60));
    }
    String team = "/messages?room=%21team:new.example.org";
    assertThat(house.get(team, "ferry_session_shop").status())
        .as("asks who is in it")
        .isEqualTo(409);
    Answer refused = house.get(team, "ferry_session_events");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().path("type").asText()).endsWith("forbidden_room");
    Answer join =
        house.ask("POST", "/rooms/%21team:new.example.org/join", "ferry_session_events", "{}");
    assertThat(join.status()).isEqualTo(403);
    assertThat(house.get(team, "ferry_session_gone").status()).isEqualTo(401);
  }

  @Test
  void aTokenOfSomeRoomsDeletesNobodyWhoIsInOthers() throws Exception {
    UserId bob = new UserId("@old_bob:new.example.org");
    Provisioned rows = new PgProvisioned(house.database);
    rows.keep(new Person("bob", bob, Person.State.THERE, 0, Person.Profile.NONE));
    rows.member(new RoomId("!team:new.example.org"), bob, Role.MEMBER);
    Answer refused = house.ask("DELETE", "/users/bob", "events-token", null);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().path("type").asText()).endsWith("forbidden_user");
    assertThat(house.ask("DELETE", "/users/bob", PROVISION, null).status()).isEqualTo(409);
    rows.noMember(bob);
    assertThat(house.ask("DELETE", "/users/bob", "events-token", null).status()).isEqualTo(409);
  }

  @Test
  void aTokenOfSomeRoomsRenamesNobodyWhoIsInOthers() throws Exception {
    UserId cat = new UserId("@old_cat:new.example.org");
    Provisioned rows = new PgProvisioned(house.database);
    Person.Profile present = new Person.Profile("Cat", null, null);
    rows.keep(new Person("cat", cat, Person.State.THERE, 0, present));
    rows.member(new RoomId("!team:new.example.org"), cat, Role.MEMBER);
    String other = "{\"displayname\":\"Dog\"}";
    Answer refused = house.ask("PUT", "/users/cat", "events-token", other);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.json().path("type").asText()).endsWith("forbidden_user");
    for (String same : List.of("{}", "{\"displayname\":\"Cat\"}")) {
      assertThat(house.ask("PUT", "/users/cat", "events-token", same).status())
          .as("goes on to the homeserver, which is not there")
          .isEqualTo(409);
    }
    assertThat(house.ask("PUT", "/users/cat", PROVISION, other).status()).isEqualTo(409);
    rows.noMember(cat);
    assertThat(house.ask("PUT", "/users/cat", "events-token", other).status()).isEqualTo(409);
  }

  @Test
  void sessionsEndAndSeeOnlyWhatTheyMay() throws Exception {
    Answer made =
        house.ask(
            "POST", "/sessions", PROVISION, "{\"user\":\"@old_anna:new.example.org\",\"ttl\":60}");
    assertThat(made.status()).isEqualTo(201);
    String token = made.json().path("token").asText();
    assertThat(Instant.parse(made.json().path("expires_at").asText()))
        .isBetween(Instant.now(), Instant.now().plus(Duration.ofSeconds(61)));
    assertThat(house.get("/openapi.json", token).status()).isEqualTo(200);
    assertThat(house.ask("PUT", "/users/x", token, "{}").status()).isEqualTo(403);
    assertThat(house.get("/openapi.json", token + "x").status()).isEqualTo(401);
    house.sessions.end(new org.ferry.id.UserId("@old_anna:new.example.org"));
    assertThat(house.get("/openapi.json", token).status()).isEqualTo(401);
    for (String ttl : List.of("0", "86401", "\"1h\"", "1.5")) {
      String body = "{\"user\":\"@old_anna:new.example.org\",\"ttl\":" + ttl + "}";
      assertThat(house.ask("POST", "/sessions", PROVISION, body).status()).as(ttl).isEqualTo(400);
    }
    Answer bot =
        house.ask("POST", "/sessions", PROVISION, "{\"user\":\"@ferrybot:new.example.org\"}");
    assertThat(bot.status()).isEqualTo(403);
    assertThat(bot.json().path("detail").asText()).contains("the bot sees every room");
    String stranger = "{\"user\":\"@alice:new.example.org\"}";
    assertThat(house.ask("POST", "/sessions", PROVISION, stranger).status()).isEqualTo(403);
  }

  @Test
  void theDescriptionNamesWhatThereIs() throws Exception {
    var document = house.get("/openapi.json", PROVISION).json();
    assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
    var ids = new TreeSet<String>();
    document
        .path("paths")
        .forEach(path -> path.forEach(op -> ids.add(op.path("operationId").asText())));
    assertThat(ids).contains("health", "putUser", "putMember", "postSession");
  }

  @Test
  void tooManyRequestsAreToldWhenToComeBack() throws Exception {
    ApiOptions slow =
        new ApiOptions(List.of(ApiHouse.token("a"), ApiHouse.token("b")), List.of(), null, 30);
    try (ApiHouse limited = new ApiHouse(slow, InstantSource.fixed(Instant.now()))) {
      for (int i = 0; i < 30; i++) {
        assertThat(limited.get("/openapi.json", "a-token").status()).isEqualTo(200);
      }
      Answer refused = limited.get("/openapi.json", "a-token");
      assertThat(refused.status()).isEqualTo(429);
      assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 2);
      assertThat(limited.get("/openapi.json", "b-token").status()).isEqualTo(200);
    }
  }

  @Test
  void onlyListedOriginsAreLetIn() throws Exception {
    ApiOptions options =
        new ApiOptions(List.of(ApiHouse.token("a")), List.of("https://app.example.org"), null, 0);
    try (ApiHouse open = new ApiHouse(options)) {
      String[] good = {"Origin", "https://app.example.org", "Access-Control-Request-Method", "GET"};
      Answer before = open.ask("OPTIONS", "/openapi.json", null, null, good);
      assertThat(before.status()).isEqualTo(204);
      assertThat(before.header("access-control-allow-origin")).isEqualTo(good[1]);
      assertThat(before.header("access-control-allow-headers"))
          .contains("Authorization", "traceparent");
      String[] bad = {"Origin", "https://evil.example.org", "Access-Control-Request-Method", "GET"};
      Answer refused = open.ask("OPTIONS", "/openapi.json", null, null, bad);
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.header("access-control-allow-origin")).isEmpty();
    }
  }

  private static String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), house.port())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8192];
      int n = in.read(buffer);
      return n < 0 ? "" : new String(buffer, 0, n, US_ASCII);
    }
  }
}
