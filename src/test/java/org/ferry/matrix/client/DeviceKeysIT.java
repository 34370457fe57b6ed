package org.ferry.matrix.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a device asks of a real Synapse, as an application service's and as a person's own. */
class DeviceKeysIT {
  private static final DeviceId DEVICE = new DeviceId("FERRYKEYS");
  private static final Secret PASSWORD = Secret.of("a password of a person");
  private static final ObjectNode NO_ROOMS = Json.parseObject("{\"room\":{\"rooms\":[]}}");

  private static MatrixLab lab;

  @BeforeAll
  static void start() throws Exception {
    lab = new MatrixLab("devices", true);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  private static Intent device() {
    Intent ghost = lab.ghost();
    return lab.homeserver().as(ghost.user(), ghost.devices().ensure(DEVICE, "Ferry"));
  }

  private static SyncRequest since(@Nullable String token) {
    return new SyncRequest(token, NO_ROOMS, Duration.ofMillis(50));
  }

  private static List<String> marks(JsonNode sync) {
    List<String> marks = new ArrayList<>();
    sync.path("to_device")
        .path("events")
        .forEach(e -> marks.add(e.path("content").path("mark").asText()));
    return marks;
  }

  private static void say(Intent from, Intent to, String txn, String mark) {
    ObjectNode messages = Json.object();
    messages.putObject(to.user().value()).putObject(DEVICE.value()).put("mark", mark);
    from.keys().sendToDevice("org.example.mark", txn, messages);
  }

  @Test
  void whatIsSentToADeviceComesUntilItIsAcknowledged() {
    Intent alice = device();
    Intent bob = device();
    assertThat(alice.whoami()).isEqualTo(new WhoAmI(alice.user(), DEVICE));
    String begin = alice.sync(since(null)).path("next_batch").asText();
    say(bob, alice, "one", "first");
    say(bob, alice, "one", "first");
    say(bob, alice, "two", "second");
    JsonNode first = alice.sync(since(begin));
    assertThat(marks(first)).containsExactly("first", "second");
    assertThat(first.path("rooms").path("join")).isEmpty();
    assertThat(marks(alice.sync(new SyncRequest(begin, NO_ROOMS, Duration.ofMillis(51)))))
        .containsExactly("first", "second");
    String after = first.path("next_batch").asText();
    say(bob, alice, "three", "third");
    assertThat(marks(alice.sync(since(after)))).containsExactly("third");
  }

  /** As deep as anybody may send it, and deeper than Ferry reads. */
  private static ObjectNode nested() {
    ObjectNode top = Json.object();
    ObjectNode at = top;
    for (int i = 0; i < 250; i++) {
      at = at.putObject("a");
    }
    return top;
  }

  private static void sendDeep(Intent from, Intent to) {
    ObjectNode messages = Json.object();
    messages.putObject(to.user().value()).set(DEVICE.value(), nested());
    from.keys().sendToDevice("org.example.mark", "deep", messages);
  }

  /** Nothing that a stranger sends or uploads hides what others say. */
  @Test
  void whatIsNestedTooDeeplyCostsNobodyElseAnything() {
    Intent alice = device();
    Intent bob = device();
    Intent eve = device();
    String begin = alice.sync(since(null)).path("next_batch").asText();
    sendDeep(eve, alice);
    say(bob, alice, "honest", "honest");
    JsonNode sync = alice.sync(since(begin));
    assertThat(sync.path("to_device").path("events")).hasSize(2);
    assertThat(sync.path("to_device").path("events").path(0).isNull()).isTrue();
    assertThat(marks(sync)).containsExactly("", "honest");
    ObjectNode keys =
        Json.object().put("user_id", eve.user().value()).put("device_id", DEVICE.value());
    keys.putArray("algorithms");
    keys.putObject("keys");
    keys.putObject("signatures");
    keys.set("deep", nested());
    ObjectNode upload = Json.object();
    upload.set("device_keys", keys);
    assertThat(eve.keys().upload(upload).has("one_time_key_counts")).isTrue();
    ObjectNode ask = Json.object();
    ObjectNode asked = ask.putObject("device_keys");
    var unused = asked.putArray(eve.user().value());
    unused = asked.putArray(bob.user().value());
    JsonNode devices = alice.keys().query(ask).path("device_keys");
    assertThat(devices.path(eve.user().value()).path(DEVICE.value()).isNull()).isTrue();
    assertThat(devices.has(bob.user().value())).isTrue();
  }

  @Test
  void keysAreCountedAndQueried() {
    Intent alice = device();
    assertThat(alice.keys().upload(Json.object()).path("one_time_key_counts").isObject()).isTrue();
    ObjectNode ask = Json.object();
    ask.putObject("device_keys").putArray(alice.user().value());
    assertThat(alice.keys().query(ask).path("device_keys").has(alice.user().value())).isTrue();
    ObjectNode claim = Json.object();
    claim
        .putObject("one_time_keys")
        .putObject(alice.user().value())
        .put(DEVICE.value(), "signed_curve25519");
    assertThat(alice.keys().claim(claim).path("one_time_keys").path(alice.user().value()))
        .isEmpty();
    String token = alice.sync(since(null)).path("next_batch").asText();
    assertThat(alice.keys().changes(token, token).path("changed").isArray()).isTrue();
    assertThatThrownBy(() -> alice.keys().backupVersion())
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isNotFound()).isTrue());
  }

  @Test
  void aDeviceThatWasDeletedIsToldApartFromAllElse() {
    Intent alice = device();
    assertThat(alice.devices().has(DEVICE)).isTrue();
    alice.devices().delete(DEVICE);
    assertThat(lab.homeserver().as(alice.user()).devices().has(DEVICE)).isFalse();
    assertThatThrownBy(() -> alice.sync(since(null)))
        .isInstanceOfSatisfying(
            MatrixException.class, e -> assertThat(e.isUnknownDevice()).as(e.toString()).isTrue());
  }

  @Test
  void aPersonsTokenSpeaksForThatPersonAlone() {
    String name = "person-" + UUID.randomUUID().toString().substring(0, 8);
    UserId user = new UserId(lab.synapse().register(name, PASSWORD, false).userId());
    assertThat(lab.homeserver().logins().offered()).contains("m.login.password");
    Login login = lab.homeserver().logins().password(user, PASSWORD, new DeviceId("MINE"), "Ferry");
    assertThat(login.device()).isEqualTo(new DeviceId("MINE"));
    try (Homeserver own = lab.personal(login.token())) {
      // Whatever else is named is not said: the token alone tells who asks.
      Intent me = own.as(login.user(), new DeviceId("OTHER"));
      assertThat(me.whoami()).isEqualTo(new WhoAmI(user, login.device()));
      RoomId room = me.createRoom(Json.object());
      SyncRequest all = new SyncRequest(null, Json.object(), Duration.ZERO);
      assertThat(me.sync(all).path("rooms").path("join").has(room.value())).isTrue();
      me.logout();
      assertThatThrownBy(me.memberships()::joinedRooms)
          .isInstanceOfSatisfying(
              MatrixException.class, e -> assertThat(e.isTokenRefused()).isTrue());
    }
    assertThatThrownBy(
            () -> lab.homeserver().logins().password(user, Secret.of("no"), null, "Ferry"))
        .isInstanceOfSatisfying(MatrixException.class, e -> assertThat(e.isForbidden()).isTrue());
  }

  @Test
  void whereMsc4190IsOnALoginOfTheApplicationServiceIsRefused() {
    Intent ghost = lab.ghost();
    assertThatThrownBy(
            () -> lab.homeserver().logins().applicationService(ghost.user(), DEVICE, "Ferry"))
        .isInstanceOfSatisfying(
            MatrixException.class,
            e -> assertThat(e.is(Errcode.APPSERVICE_LOGIN_UNSUPPORTED)).as(e.toString()).isTrue());
  }
}
