package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers with what it was told; anything else is not found. */
class TargetSurveyTest {
  private static final String V3 = "GET /_matrix/client/v3";

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private final Vertx vertx = Vertx.vertx();
  private HttpServer http;
  private Homeserver homeserver;

  @BeforeEach
  void start() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var unused = http.createContext("/", this::answer);
    http.start();
    String address = "http://127.0.0.1:" + http.getAddress().getPort();
    homeserver =
        new Homeserver(
            vertx,
            HomeserverOptions.of(address, "new", Secret.of("token")),
            Patience.none(),
            InstantSource.system());
    answers.put("POST /_matrix/client/v3/register", "{}");
    answers.put(V3 + "/joined_rooms", "{\"joined_rooms\":[\"!space:new\",\"!a:new\",\"!s:new\"]}");
    answers.put(V3 + "/directory/room/#village:new", "{\"room_id\":\"!space:new\",\"servers\":[]}");
    create("!space:new", "\"type\":\"m.space\"");
    levels("!space:new", 50, 50);
  }

  @AfterEach
  void stop() throws Exception {
    homeserver.close();
    http.stop(0);
    boolean closed =
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS) == null;
    assertThat(closed).isTrue();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String what = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    asked.add(what);
    exchange.getRequestBody().readAllBytes();
    String body = answers.getOrDefault(what, "{\"errcode\":\"M_NOT_FOUND\",\"error\":\"none\"}");
    int status = body.contains("M_NOT_FOUND") ? 404 : body.contains("M_FORBIDDEN") ? 403 : 200;
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private void state(String room, String type, String content) {
    answers.put(V3 + "/rooms/" + room + "/state/" + type + "/", content);
  }

  private void create(String room, String content) {
    state(room, "m.room.create", "{\"sender\":\"@admin:new\",\"content\":{" + content + "}}");
  }

  private void levels(String room, int bot, int needed) {
    state(
        room,
        "m.room.power_levels",
        "{\"users\":{\"@ferrybot:new\":%d},\"state_default\":%d}".formatted(bot, needed));
  }

  private void hierarchy(String rooms) {
    answers.put("GET /_matrix/client/v1/rooms/!space:new/hierarchy", "{\"rooms\":[" + rooms + "]}");
  }

  private TargetSpace read(boolean prepare) {
    return new TargetSurvey(homeserver, new Kit().facts().options(), prepare).read();
  }

  @Test
  void readsRoomsWithTheirAliasesOriginAndPower() {
    hierarchy(
        """
        {"room_id":"!space:new","name":"Village","children_state":[
          {"state_key":"!a:new","content":{"via":["new"]}},
          {"state_key":"!hidden:new","content":{"via":["new"]}},
          {"state_key":"!removed:new","content":{}}]},
        {"room_id":"!a:new","name":"Plaza","num_joined_members":4},
        {"room_id":"!s:new","name":"Sub","room_type":"m.space","num_joined_members":2},
        {"room_id":"!b:new","name":"Bar","canonical_alias":"#bar:new","num_joined_members":9}
        """);
    create("!a:new", "\"org.ferry.origin\":{\"server\":\"old\",\"room_id\":\"!x:old\"}");
    state("!a:new", "m.room.name", "{\"name\":\"Plaza\"}");
    state(
        "!a:new",
        "m.room.canonical_alias",
        "{\"alias\":\"#plaza:new\",\"alt_aliases\":[\"#p:new\",7]}");
    answers.put(V3 + "/rooms/!a:new/aliases", "{\"aliases\":[\"#q:new\",\"#p:new\"]}");
    levels("!a:new", 50, 50);
    create("!s:new", "\"type\":\"m.space\",\"org.ferry.origin\":{\"k\":\"abc\"}");
    levels("!s:new", 0, 50);
    TargetSpace space = read(true);
    assertThat(space.id()).isEqualTo(new RoomId("!space:new"));
    assertThat(space.problems()).isEmpty();
    assertThat(space.rooms())
        .extracting(r -> r.id().value())
        .containsExactly("!a:new", "!b:new", "!hidden:new", "!s:new");
    TargetRoom a = space.rooms().getFirst();
    assertThat(a.name()).isEqualTo("Plaza");
    assertThat(a.allAliases().map(Object::toString))
        .containsExactly("#plaza:new", "#p:new", "#q:new");
    assertThat(a.origin()).isEqualTo(new TargetRoom.Origin("old", "!x:old"));
    assertThat(a.members()).isEqualTo(4);
    assertThat(a.joined() && a.powerful()).isTrue();
    assertThat(a.sentence()).isNull();
    TargetRoom b = space.rooms().get(1);
    assertThat(b.joined()).isFalse();
    assertThat(b.sentence())
        .isEqualTo("type /invite @ferrybot:new and then /op @ferrybot:new 50 in the room Bar");
    assertThat(String.valueOf(b.canonicalAlias())).isEqualTo("#bar:new");
    TargetRoom s = space.rooms().get(3);
    assertThat(s.isSpace()).isTrue();
    assertThat(s.origin()).isNotNull();
    assertThat(s.sentence()).isEqualTo("type /op @ferrybot:new 50 in the room Sub");
  }

  @Test
  void anInvitationToAnOpenRoomIsAcceptedAndNobodyComesUninvited() {
    hierarchy(
        """
        {"room_id":"!i:new","name":"Inn","join_rule":"public","num_joined_members":3},
        {"room_id":"!o:new","name":"Oak","join_rule":"public","num_joined_members":3}
        """);
    answers.put("GET /_matrix/client/v1/room_summary/!i:new", "{\"membership\":\"invite\"}");
    answers.put("GET /_matrix/client/v1/room_summary/!o:new", "{\"membership\":null}");
    answers.put("POST /_matrix/client/v3/join/!i:new", "{\"room_id\":\"!i:new\"}");
    answers.put("POST /_matrix/client/v3/join/!o:new", "{\"room_id\":\"!o:new\"}");
    levels("!i:new", 50, 50);
    assertThat(read(true).rooms())
        .extracting(TargetRoom::joined, TargetRoom::powerful)
        .containsExactly(tuple(true, true), tuple(false, false));
    asked.clear();
    assertThat(read(false).rooms()).extracting(TargetRoom::joined).containsExactly(false, false);
    assertThat(asked).as("nothing is written").noneMatch(a -> a.startsWith("POST"));
  }

  @Test
  void saysWhatToTypeWhereTheBotLacksPowerInTheSpace() {
    hierarchy("");
    levels("!space:new", 10, 60);
    assertThat(read(true).problems())
        .singleElement()
        .asString()
        .contains("type /op @ferrybot:new 60");
  }

  @Test
  void knowsThatCreatorsStandAboveTheLevels() {
    hierarchy("");
    state(
        "!space:new",
        "m.room.create",
        "{\"sender\":\"@ferrybot:new\",\"content\":{\"type\":\"m.space\",\"room_version\":\"12\"}}");
    state("!space:new", "m.room.power_levels", "{\"users\":{},\"state_default\":100}");
    assertThat(read(true).problems()).isEmpty();
  }

  @Test
  void asksForAnInvitationWhereTheSpaceIsClosed() {
    answers.put(V3 + "/joined_rooms", "{\"joined_rooms\":[]}");
    answers.put(
        "POST /_matrix/client/v3/join/#village:new",
        "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"no\"}");
    TargetSpace space = read(true);
    assertThat(space.id()).isEqualTo(new RoomId("!space:new"));
    assertThat(space.problems()).singleElement().asString().contains("type /invite @ferrybot:new");
  }

  @Test
  void saysThatTheSpaceIsNotThere() {
    String unused = answers.remove(V3 + "/directory/room/#village:new");
    TargetSpace space = read(true);
    assertThat(space.id()).isNull();
    assertThat(space.problems())
        .singleElement()
        .asString()
        .contains("#village:new does not exist", "create_space: true");
  }

  @Test
  void refusesARoomThatIsNoSpace() {
    create("!space:new", "\"room_version\":\"10\"");
    assertThat(read(true).problems()).singleElement().asString().contains("ordinary room");
  }

  @Test
  void writesNothingWhereItMayNot() {
    answers.put(V3 + "/joined_rooms", "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"unknown user\"}");
    assertThat(read(false).problems()).singleElement().asString().contains("no account yet");
    answers.put(V3 + "/joined_rooms", "{\"joined_rooms\":[]}");
    assertThat(read(false).problems()).singleElement().asString().contains("/invite");
    assertThat(List.copyOf(asked)).allSatisfy(a -> assertThat(a).startsWith("GET "));
  }
}
