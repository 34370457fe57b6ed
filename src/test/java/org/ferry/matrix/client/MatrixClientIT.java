package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ferry.matrix.client.MatrixLab.room;
import static org.ferry.matrix.client.MatrixLab.text;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.EventSize;
import org.ferry.matrix.event.Json;
import org.ferry.matrix.event.Sanitizer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The client against a real Synapse: every kind of request at least once. */
class MatrixClientIT {
  private static final String DOMAIN = MatrixLab.DOMAIN;
  private static final long LONG_AGO = 1_000_000_000_000L;

  private static MatrixLab lab;
  private static Homeserver server;
  private static Intent bot;

  @BeforeAll
  static void start() throws Exception {
    lab = new MatrixLab("client", true);
    server = lab.homeserver();
    bot = lab.ghost();
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static Intent ghost() {
    return lab.ghost();
  }

  @Test
  void tellsWhatTheServerSupports() {
    assertThat(server.versions().supports("v1.11")).isTrue();
    assertThat(server.versions()).isSameAs(server.versions());
  }

  @Test
  void registersAUserOnce() {
    String name = "old_" + UUID.randomUUID();
    Intent intent = server.as(UserId.of(name, DOMAIN));
    assertThat(intent.register(name)).isTrue();
    assertThat(intent.register(name)).isFalse();
    assertThat(intent.whoami().user()).isEqualTo(intent.user());
  }

  @Test
  void setsAndReadsProfiles() {
    Intent ghost = ghost();
    ghost.ownProfile().setName("Ägidius 🦉");
    ghost.ownProfile().setAvatar("mxc://client.example.org/abc");
    assertThat(bot.profile(ghost.user()))
        .contains(new Profile("Ägidius 🦉", "mxc://client.example.org/abc"));
    assertThat(bot.profile(UserId.of("old_nobody", DOMAIN))).isEmpty();
  }

  @Test
  void sendsAtTheTimeOfTheOriginal() {
    Intent ghost = ghost();
    RoomId room = room(bot);
    assertThat(ghost.memberships().join(room.value(), List.of())).isEqualTo(room);
    EventId sent = ghost.send(room, "m.room.message", "t1", text("then"), LONG_AGO);
    ObjectNode event = bot.event(room, sent).orElseThrow();
    assertThat(event.path("origin_server_ts").asLong()).isEqualTo(LONG_AGO);
    assertThat(event.path("sender").asText()).isEqualTo(ghost.user().value());
    EventId topic =
        bot.setState(room, "m.room.topic", "", Json.object().put("topic", "x"), LONG_AGO + 1);
    ObjectNode state = bot.stateEvent(room, "m.room.topic", "").orElseThrow();
    assertThat(state.path("event_id").asText()).isEqualTo(topic.value());
    assertThat(state.path("origin_server_ts").asLong()).isEqualTo(LONG_AGO + 1);
  }

  @Test
  void repeatsATransactionOfADeviceWithoutASecondEvent() {
    Intent plain = ghost();
    DeviceId device = plain.devices().ensure(new DeviceId("FERRYREPLAY"), "Ferry");
    assertThat(plain.devices().ensure(device, "Ferry")).isEqualTo(device);
    Intent ghost = server.as(plain.user(), device);
    assertThat(ghost.whoami().device()).isEqualTo(device);
    RoomId room = room(bot);
    RoomId unused = ghost.memberships().join(room.value(), List.of());
    EventId first = ghost.send(room, "m.room.message", "same", text("a"), null);
    assertThat(ghost.send(room, "m.room.message", "same", text("a"), null)).isEqualTo(first);
    plain.devices().delete(device);
    plain.devices().delete(device);
    assertThatThrownBy(() -> ghost.send(room, "m.room.message", "later", text("b"), null))
        .isInstanceOfSatisfying(
            MatrixException.class,
            e -> assertThat(e.errcode()).endsWith(Errcode.UNKNOWN_DEVICE.substring(2)));
  }

  @Test
  void readsStateMembersAndTimeline() {
    Intent ghost = ghost();
    RoomId room = room(bot);
    bot.memberships().invite(room, ghost.user(), "welcome");
    RoomId unused = ghost.memberships().join(room.value(), List.of(DOMAIN));
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      sent.add(ghost.send(room, "m.room.message", "n" + i, text("n" + i), null).value());
    }
    assertThat(bot.state(room, "m.room.create", "")).isPresent();
    assertThat(bot.state(room, "org.example", "none/ of ? these")).isEmpty();
    assertThat(bot.fullState(room)).anyMatch(e -> e.path("type").asText().equals("m.room.create"));
    assertThat(bot.memberships().joinedMembers(room).keySet())
        .containsExactlyInAnyOrder(bot.user(), ghost.user());
    assertThat(ghost.memberships().joinedRooms()).containsExactly(room);
    List<String> seen = new ArrayList<>();
    String from = null;
    do {
      MessagesPage page = bot.messages(room, from, 'f', 5);
      page.chunk().forEach(e -> seen.add(e.path("event_id").asText()));
      from = page.end();
    } while (from != null);
    assertThat(seen).containsSubsequence(sent);
    bot.memberships().kick(room, ghost.user(), "enough");
    assertThat(ghost.memberships().joinedRooms()).isEmpty();
    bot.memberships().leave(room, null);
    assertThatThrownBy(() -> ghost.send(room, "m.room.message", "no", text("no"), null))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isForbidden()).isTrue());
  }

  @Test
  void encodesWhateverAnIdHolds() {
    RoomId room = room(bot);
    String key = "a/b?c#d e%2F+ü🦉..";
    EventId id = bot.setState(room, "org.example/x", key, Json.object().put("k", 1), null);
    assertThat(bot.stateEvent(room, "org.example/x", key).orElseThrow().path("state_key").asText())
        .isEqualTo(key);
    EventId redaction = bot.redact(room, id, "txn/with slash", "why");
    assertThat(bot.event(room, id).orElseThrow().path("content")).isEmpty();
    assertThat(bot.event(room, redaction)).isPresent();
    assertThat(bot.event(room, new EventId("$no/such"))).isEmpty();
  }

  @Test
  void makesFindsAndRemovesAliases() {
    RoomId room = room(bot);
    RoomAlias alias = new RoomAlias("#café/" + UUID.randomUUID() + ":" + DOMAIN);
    bot.createAlias(alias, room);
    assertThat(bot.resolveAlias(alias).orElseThrow().room()).isEqualTo(room);
    assertThatThrownBy(() -> bot.createAlias(alias, room))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.status()).isEqualTo(409));
    bot.setDirectoryVisibility(room, true);
    bot.deleteAlias(alias);
    bot.deleteAlias(alias);
    assertThat(bot.resolveAlias(alias)).isEmpty();
  }

  @Test
  void walksASpaceOfMoreThanOnePage() {
    ObjectNode request = Json.object().put("preset", "public_chat");
    request.putObject("creation_content").put("type", "m.space");
    RoomId space = bot.createRoom(request);
    ObjectNode via = Json.object();
    via.putArray("via").add(DOMAIN);
    List<String> children = new ArrayList<>();
    for (int i = 0; i < 51; i++) {
      RoomId child = room(bot);
      children.add(child.value());
      EventId unused = bot.setState(space, "m.space.child", child.value(), via, null);
    }
    assertThat(bot.hierarchy(space, 1))
        .extracting(r -> r.path("room_id").asText())
        .startsWith(space.value())
        .containsAll(children)
        .hasSize(52);
  }

  @Test
  void carriesFilesBothWays() {
    byte[] bytes = new byte[3_000_000];
    new java.util.Random(1).nextBytes(bytes);
    MediaBody body = body(bytes, "image/png", "Grüße \"1\".png");
    MxcUri reserved = bot.reserveMedia();
    bot.uploadTo(reserved, body);
    bot.uploadTo(reserved, body);
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    DownloadInfo info = bot.download(reserved, got);
    assertThat(got.toByteArray()).isEqualTo(bytes);
    assertThat(info).isEqualTo(new DownloadInfo("image/png", "Grüße \"1\".png", bytes.length));
    MxcUri posted = bot.upload(body(new byte[0], null, null));
    assertThat(bot.download(posted, new ByteArrayOutputStream()).length()).isZero();
    assertThat(bot.uploadLimit()).isEqualTo(50L * 1024 * 1024);
    assertThatThrownBy(() -> bot.download(new MxcUri(DOMAIN, "nothing"), got))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isNotFound()).isTrue());
  }

  @Test
  void tellsAFileThatIsTooLarge() {
    long length = 60L * 1024 * 1024;
    MediaBody body = new MediaBody(length, null, null, () -> new Zeros(length));
    assertThatThrownBy(() -> bot.upload(body))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isTooLarge()).isTrue());
  }

  private static MediaBody body(byte[] bytes, @Nullable String type, @Nullable String name) {
    return new MediaBody(bytes.length, type, name, () -> new ByteArrayInputStream(bytes));
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      this.left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int most) {
      int n = (int) Math.min(most, left);
      left -= n;
      return n > 0 ? n : -1;
    }
  }

  @Test
  void keepsAccountData() {
    Intent ghost = ghost();
    RoomId room = room(ghost);
    ghost.preferences().putAccountData("org.example.a", Json.object().put("a", 1));
    ghost.preferences().putAccountData(room, "m.tag", Json.object().put("b", 2));
    assertThat(ghost.preferences().accountData("org.example.a"))
        .contains(Json.object().put("a", 1));
    assertThat(ghost.preferences().accountData(room, "m.tag")).contains(Json.object().put("b", 2));
    assertThat(ghost.preferences().accountData("org.example.none")).isEmpty();
  }

  @Test
  void asksAnythingElse() {
    assertThat(
            bot.call(HttpMethod.GET, "/_matrix/client/v3/capabilities", null).has("capabilities"))
        .isTrue();
  }

  @Test
  void saysThatTheTokenIsWrongAndNotWhichItWas() {
    try (Homeserver other = lab.client(Secret.of("wrong-canary"))) {
      assertThatThrownBy(() -> other.as(bot.user()).memberships().joinedRooms())
          .isInstanceOfSatisfying(
              MatrixException.class,
              e -> {
                assertThat(e.isTokenRefused()).isTrue();
                assertThat(e.toString()).contains("GET", "401").doesNotContain("canary");
              });
    }
  }

  @Test
  void takesNothingFromAContentThatTheServerTakes() {
    RoomId room = room(bot);
    ObjectNode content = text("NUL \u0000 and more").put("big", 9007199254740991L);
    EventId id = bot.send(room, "m.room.message", "nul", content, null);
    assertThat(bot.event(room, id).orElseThrow().path("content")).isEqualTo(content);
  }

  @Test
  void anEventAsLargeAsTheBudgetSaysIsTaken() {
    RoomId room = room(bot);
    int budget = EventSize.of(room, bot.user(), "m.room.message", null, false);
    ObjectNode content = text("x".repeat(70_000)).put("float", 1.5).put("half", "\ud800");
    ObjectNode mended = Sanitizer.acceptable("m.room.message", content, budget).content();
    assertThat(Json.canonical(mended).getBytes(StandardCharsets.UTF_8).length)
        .isBetween(budget - 3, budget);
    EventId id = bot.send(room, "m.room.message", "large", mended, null);
    assertThat(bot.event(room, id).orElseThrow().path("content")).isEqualTo(mended);
    assertThatThrownBy(
            () -> bot.send(room, "m.room.message", "larger", text("x".repeat(66_000)), null))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isTooLarge()).isTrue());
  }

  /** A content that is mended is never refused: numbers, half characters, depth. */
  @Test
  void whatTheSanitizerMendsIsTaken() {
    RoomId room = room(bot);
    String deep = "{\"d\":".repeat(150) + "1e30" + "}".repeat(150);
    for (String json :
        List.of(
            "{\"a\":1.5,\"b\":1e400,\"c\":9007199254740993,\"d\":-9007199254740991}",
            "{\"a\":\"\\ud800\",\"b\":[\"\\udfff\\ud800\"],\"nul\":\"\\u0000\"}",
            deep)) {
      ObjectNode mended =
          Sanitizer.acceptable("org.example.x", Json.parseObject(json), 60_000).content();
      EventId id = bot.send(room, "org.example.x", UUID.randomUUID().toString(), mended, null);
      assertThat(bot.event(room, id).orElseThrow().path("content")).isEqualTo(mended);
    }
  }

  @Test
  void anEventThatTheServerFailsOnForEverIsToldApartFromAnOutage() {
    RoomId room = room(bot);
    assertThatThrownBy(() -> bot.send(room, "m.room.message", "poison", text("half \ud800"), null))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.status()).isEqualTo(500));
    assertThat(bot.send(room, "m.room.message", "next", text("fine"), null)).isNotNull();
  }
}
