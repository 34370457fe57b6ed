package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.Incident;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.crypto.keys.KeyBackup;
import org.ferry.crypto.keys.MadeStorage;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.live.Signal;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Patience;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backup on a real homeserver, on days when it does not answer everything. */
class BackupKeysIT {
  private static final RoomId ROOM = new RoomId("!backup:source.example.org");
  private static final String V3 = "/_matrix/client/v3";
  private static final int SESSIONS = 12;

  /** A clock that is set by hand. */
  private static final class Clock implements InstantSource {
    private Instant now = Instant.parse("2026-11-21T09:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }
  }

  private final Clock clock = new Clock();
  private final StoreLab lab = new StoreLab();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), PickleKey.random());
  private final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 100);
  private final LabClient person = TestLab.shared().person("backup");
  private final DeviceRef ref = new DeviceRef(new UserId(person.userId()), new DeviceId("FERRY"));
  private final PgCryptoStore store = PgCryptoStore.of(lab.database(), keys, ref);
  private final Lease lease = store.claim("test", Duration.ofMinutes(5)).orElseThrow();
  private final OlmMachine machine =
      OlmMachine.open(store, keys, keyring, lease, clock, alarm -> {});
  private final Lock witnessing = new ReentrantLock();
  private final Vertx vertx = Vertx.vertx();
  private final HttpFaultProxy proxy = HttpFaultProxy.to(TestLab.shared().target().baseUrl());
  private final Homeserver homeserver =
      Homeserver.personal(
          vertx,
          HomeserverOptions.of(proxy.url().toString(), TestLab.DOMAIN, person.token()),
          Patience.none(),
          InstantSource.system());
  private final BackupKeys backup =
      new BackupKeys(homeserver.as(ref.user(), ref.device()), machine(), null, new Signal(), clock);
  private final List<String> sessions = new ArrayList<>();
  private final byte[] secret = new byte[32];
  private String version = "";

  /** What the daemon asks of a device, asked of the real one. */
  private Machine machine() {
    return (Machine)
        Proxy.newProxyInstance(
            Machine.class.getClassLoader(),
            new Class<?>[] {Machine.class},
            (proxy, method, arguments) ->
                method.getName().equals("witnessing")
                    ? witnessing
                    : Arrays.stream(OlmMachine.class.getMethods())
                        .filter(m -> m.getName().equals(method.getName()))
                        .findFirst()
                        .orElseThrow()
                        .invoke(machine, arguments));
  }

  @BeforeEach
  void fill() {
    new Random(4).nextBytes(secret);
    KeyBackup key = KeyBackup.of(secret);
    version = create(key.publicKey());
    ObjectNode body = Json.object();
    ObjectNode there = body.putObject("rooms").putObject(ROOM.value()).putObject("sessions");
    for (int i = 0; i < SESSIONS; i++) {
      try (MegolmOutbound group = MegolmOutbound.create();
          MegolmInbound whole = MegolmInbound.fromSessionKey(group.sessionKey())) {
        sessions.add(group.sessionId());
        ObjectNode entry =
            Json.object()
                .put("algorithm", "m.megolm.v1.aes-sha2")
                .put("sender_key", "")
                .put("session_key", whole.exportAtFirstKnownIndex());
        there
            .putObject(group.sessionId())
            .put("first_message_index", 0)
            .put("forwarded_count", 0)
            .put("is_verified", false)
            .set("session_data", key.seal(entry));
        waits(group, i);
      }
    }
    assertThat(person.put(V3 + "/room_keys/keys?version=" + version, body).path("count").asInt())
        .isEqualTo(SESSIONS);
    assertThat(machine.keepBackupKey(Secret.of(Base64.getEncoder().encodeToString(secret))))
        .isTrue();
    clock.now = clock.now.plusSeconds(6);
  }

  private String create(String publicKey) {
    ObjectNode made = Json.object().put("algorithm", KeyBackup.ALGORITHM);
    made.putObject("auth_data").put("public_key", publicKey);
    return person.post(V3 + "/room_keys/version", made).path("version").asText();
  }

  private void waits(MegolmOutbound group, int number) {
    ObjectNode clear = Json.object().put("type", "m.room.message").put("room_id", ROOM.value());
    clear.putObject("content").put("body", "x");
    ObjectNode event = Json.object().put("type", "m.room.encrypted").put("event_id", "$" + number);
    event.put("sender", "@somebody:example.org").put("origin_server_ts", 1);
    event
        .putObject("content")
        .put("algorithm", "m.megolm.v1.aes-sha2")
        .put("session_id", group.sessionId())
        .put("ciphertext", group.encrypt(Json.text(clear).getBytes(StandardCharsets.UTF_8)));
    assertThat(machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Waiting.class);
  }

  @AfterEach
  void close() {
    homeserver.close();
    proxy.close();
    vertx.close().await();
    machine.close();
    keys.close();
    keyring.close();
    lab.close();
  }

  private long here() {
    return lab.number("select count(*) from ferry.room_key");
  }

  private boolean asks(HttpFaultProxy.Seen seen, String session) {
    return seen.path().contains("/room_keys/keys/")
        && seen.path().contains(java.net.URLEncoder.encode(session, StandardCharsets.UTF_8));
  }

  @Test
  void oneQuestionThatFailsLeavesTheOthersAndIsAskedAgainSoon() {
    proxy.answer(
        seen -> asks(seen, sessions.get(5)),
        1,
        500,
        "{\"errcode\":\"M_UNKNOWN\",\"error\":\"no\"}");
    backup.look();
    assertThat(here()).isEqualTo(SESSIONS - 1);
    backup.look();
    assertThat(here()).as("not at once").isEqualTo(SESSIONS - 1);
    clock.now = clock.now.plusSeconds(61);
    backup.look();
    assertThat(here()).isEqualTo(SESSIONS);
  }

  private long downloads() {
    return proxy.seen().stream().filter(s -> s.path().contains("/room_keys/keys/")).count();
  }

  @Test
  void anOddAnswerDoesNotCostTheKeyAndNothingIsDownloaded() {
    List<String> odd =
        List.of(
            "{}",
            "{\"algorithm\":\"m.other\",\"version\":\"1\",\"auth_data\":{}}",
            "{\"algorithm\":\"%s\",\"version\":\"1\",\"auth_data\":{\"public_key\":\"?\"}}"
                .formatted(KeyBackup.ALGORITHM),
            "{\"algorithm\":\"%s\",\"version\":\"1\",\"auth_data\":null}"
                .formatted(KeyBackup.ALGORITHM));
    for (String answer : odd) {
      proxy.spoilAnswer(seen -> seen.path().contains("/room_keys/version"), 1, 200, answer);
      backup.look();
      assertThat(machine.backupKey()).as(answer).isPresent();
    }
    assertThat(downloads()).isZero();
    backup.look();
    assertThat(here()).isEqualTo(SESSIONS);
  }

  /** As accounts have it whose backup was made before there was secret storage. */
  @Test
  void aRecoveryKeyThatIsTheBackupsOwnOpensIt() {
    machine.dropBackupKey();
    backup.look();
    assertThat(here()).isZero();
    Secret recovery = MadeStorage.of(secret).recoveryKey();
    var own =
        new BackupKeys(
            homeserver.as(ref.user(), ref.device()), machine(), recovery, new Signal(), clock);
    own.look();
    assertThat(here()).isEqualTo(SESSIONS);
    assertThat(machine.backupKey()).isPresent();
  }

  @Test
  void aBackupOfAnotherKeyIsNotReadAndTheKeyForgotten() {
    String unused = create(KeyBackup.of(new byte[32]).publicKey());
    backup.look();
    assertThat(downloads()).isZero();
    assertThat(machine.backupKey()).isEmpty();
  }

  /** Each refusal would be followed by the same request at once. */
  @Test
  void whatTheHomeserverRefusesIsNotSentWithoutEnd() throws Exception {
    var bad = new OutgoingRequest.ToDevice("bad", "m.test", Json.object());
    var good = new OutgoingRequest.ToDevice("good", "m.test", Json.object());
    List<String> answered = new CopyOnWriteArrayList<>();
    Machine wants =
        (Machine)
            Proxy.newProxyInstance(
                Machine.class.getClassLoader(),
                new Class<?>[] {Machine.class},
                (p, method, arguments) -> {
                  if (method.getName().equals("answered")) {
                    answered.add(((OutgoingRequest) arguments[0]).id());
                  }
                  return method.getName().equals("outgoing")
                      ? answered.contains("good") ? List.of(bad) : List.of(bad, good)
                      : null;
                });
    proxy.answer(
        seen -> seen.path().contains("/sendToDevice/m.test/bad"),
        1_000_000,
        403,
        "{\"errcode\":\"M_FORBIDDEN\",\"error\":\"no\"}");
    Requests requests = new Requests(wants, homeserver.as(ref.user(), ref.device()));
    long start = System.nanoTime();
    Thread sending =
        Thread.ofVirtual()
            .start(() -> {
              try {
                requests.run(new Signal());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Wait.until(() -> tries("bad") >= 3);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
    assertThat(answered).containsExactly("good");
    assertThat(tries("good")).isEqualTo(1);
    sending.interrupt();
    sending.join();
  }

  /** It was encrypted with what the database had before, and the homeserver has seen that used. */
  @Test
  void whatWasMadeWithADatabaseThatWasSetBackStaysHere() throws SQLException {
    try (var connection = lab.db().connect();
        var statement = connection.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  """
                  insert into ferry.olm_queue (device, id, event_type, body)
                  select id, n, 'm.room.encrypted', '{"messages":{"%s":{"X":{}}}}'
                  from ferry.olm_device, unnest(array['old1', 'old2']) n
                  """
                      .formatted(ref.user().value())))
          .isEqualTo(2);
    }
    JsonNode unused =
        person.put(
            V3
                + "/user/"
                + LabClient.esc(person.userId())
                + "/account_data/"
                + Witness.TYPE
                + "FERRY",
            Json.object().put("mark", 1_000));
    Requests requests = new Requests(machine(), homeserver.as(ref.user(), ref.device()));
    assertThat(requests.sendAll()).isTrue();
    assertThat(machine.incidents()).containsEntry(Incident.SET_BACK, 1L);
    assertThat(machine.mark()).isGreaterThan(1_000);
    assertThat(proxy.seen()).noneMatch(s -> s.path().contains("/sendToDevice/m.room.encrypted"));
    assertThat(lab.number("select count(*) from ferry.olm_queue")).isZero();
  }

  private long tries(String id) {
    return proxy.seen().stream().filter(s -> s.path().contains("/m.test/" + id)).count();
  }

  @Test
  void whatCameBeforeTheHomeserverWentAwayIsKept() {
    proxy.loseRequest(seen -> asks(seen, sessions.get(5)) || asks(seen, sessions.get(4)), 1_000);
    assertThatThrownBy(backup::look).isInstanceOf(HomeserverFailure.class);
    // Of one room those of the latest events come first.
    assertThat(here()).isEqualTo(SESSIONS - 6L);
    proxy.heal();
    backup.look();
    assertThat(here()).isEqualTo(SESSIONS);
  }

  @Test
  void aBackupThatAnswersNothingIsNotAskedForEverything() {
    proxy.answer(
        seen -> seen.path().contains("/room_keys/keys/"),
        1_000,
        500,
        "{\"errcode\":\"M_UNKNOWN\",\"error\":\"no\"}");
    assertThatThrownBy(backup::look).isInstanceOf(HomeserverFailure.class);
    assertThat(proxy.seen().stream().filter(s -> s.path().contains("/room_keys/keys/")).count())
        .isLessThanOrEqualTo(5);
    assertThat(here()).isZero();
  }
}
