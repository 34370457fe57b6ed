package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.DeviceSignature;
import org.ferry.crypto.keys.KeyBackup;
import org.ferry.crypto.keys.KeyExportFile;
import org.ferry.crypto.keys.MadeStorage;
import org.ferry.crypto.keys.Passphrases;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.keys.RecoveryKey;
import org.ferry.crypto.keys.SecretStorage;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FollowingConfig;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.testing.crossing.Sample;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server-side backups on a real homeserver, and another device of the same account. */
class KeyBackupIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String V3 = "/_matrix/client/v3";
  private static final String BACKUP = "m.megolm_backup.v1";
  private static final String SELF_SIGNING = "m.cross_signing.self_signing";
  private static final String SENDER = "hPuzsLOxgs7GDUPjwAfNiZhYWEhLWeEJOJ2zNnVYZ3s";
  private static final int PAGE = 500;
  private static final Path EXPORT = Path.of("src/test/resources/alice-element-keys.txt");

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final String pickleKey = PickleKey.random().text().reveal();
  private final SynapseServer server = TestLab.shared().target();
  @TempDir Path folder;

  private FerryProcess.Run ferry(String... arguments) {
    return FerryProcess.ferry(arguments).in(folder).with("FERRY_PICKLE_KEY", pickleKey);
  }

  private void configure(String accounts) throws IOException {
    FollowingConfig.write(folder, server.baseUrl(), db, accounts);
  }

  private Peer peer(PeerKind kind, LabClient person, String device) {
    return Peer.login(
        kind, folder.resolve(device), server.baseUrl(), person.userId(), TestLab.PASSWORD);
  }

  private static JsonNode accountData(LabClient person, String type) {
    return person.get(
        "%s/user/%s/account_data/%s"
            .formatted(V3, LabClient.esc(person.userId()), LabClient.esc(type)));
  }

  private static void keep(LabClient person, String type, JsonNode content) {
    JsonNode unused =
        person.put(
            "%s/user/%s/account_data/%s"
                .formatted(V3, LabClient.esc(person.userId()), LabClient.esc(type)),
            content);
  }

  /** A backup whose key is in the account's secret storage. */
  private record MadeBackup(LabClient person, KeyBackup key, String version) {
    static MadeBackup of(LabClient person, String keyId, MadeStorage storage, long seed) {
      byte[] secret = new byte[32];
      new Random(seed).nextBytes(secret);
      KeyBackup key = KeyBackup.of(secret);
      ObjectNode version = LabClient.json("{}").put("algorithm", KeyBackup.ALGORITHM);
      version.putObject("auth_data").put("public_key", key.publicKey());
      String number = person.post(V3 + "/room_keys/version", version).path("version").asText();
      ObjectNode kept = LabClient.json("{}");
      kept.putObject("encrypted")
          .set(keyId, storage.seal(BACKUP, Base64.getEncoder().encodeToString(secret)));
      keep(person, BACKUP, kept);
      return new MadeBackup(person, key, number);
    }

    /** Uploads what an export file holds; how many sessions. */
    int upload(Path export, String passphrase) throws IOException {
      List<JsonNode> entries = new ArrayList<>();
      long unused =
          KeyExportFile.unlock(() -> Files.newInputStream(export), Secret.of(passphrase))
              .read(entries::add);
      return upload(entries);
    }

    int upload(List<? extends JsonNode> entries) {
      int before = Integer.parseInt(version("count"));
      ObjectNode body = LabClient.json("{}");
      ObjectNode rooms = body.putObject("rooms");
      for (JsonNode entry : entries) {
        ObjectNode session =
            rooms
                .withObjectProperty(entry.path("room_id").asText())
                .withObjectProperty("sessions")
                .putObject(entry.path("session_id").asText())
                .put("first_message_index", 0)
                .put("forwarded_count", 0)
                .put("is_verified", true);
        session.set("session_data", key.seal(entry));
      }
      JsonNode answer = person.put(V3 + "/room_keys/keys?version=" + version, body);
      assertThat(answer.path("count").asInt()).isEqualTo(before + entries.size());
      return entries.size();
    }

    private String version(String field) {
      return person.get(V3 + "/room_keys/version/" + version).path(field).asText();
    }
  }

  /** An account whose secret storage somebody set up with a passphrase. */
  private MadeBackup byPassphrase(LabClient person, String passphrase) {
    byte[] salt = "salt of carol".getBytes(StandardCharsets.UTF_8);
    byte[] key = Passphrases.derive(Secret.of(passphrase), salt, 100_000, 32, "a test");
    MadeStorage storage = MadeStorage.of(key);
    ObjectNode description = storage.description();
    description
        .putObject("passphrase")
        .put("algorithm", "m.pbkdf2")
        .put("salt", "salt of carol")
        .put("iterations", 100_000);
    keep(person, "m.secret_storage.key.MINE", description);
    keep(person, "m.secret_storage.default_key", LabClient.json("{\"key\":\"MINE\"}"));
    MadeBackup backup = MadeBackup.of(person, "MINE", storage, 1);
    byRecoveryKey = storage.recoveryKey();
    return backup;
  }

  private Secret byRecoveryKey = Secret.of("none yet");

  @Test
  void aBackupOnAServerThatRunsOpensByPassphraseAndByRecoveryKey() throws IOException {
    LabClient carol = TestLab.shared().person("carol");
    configure("");
    Files.writeString(folder.resolve("token"), carol.token().reveal());
    Files.writeString(folder.resolve("words"), "what carol thought of");
    Files.writeString(folder.resolve("wrong"), "what nobody thought of");
    MadeBackup backup = byPassphrase(carol, "what carol thought of");
    int sessions = backup.upload(EXPORT, Sample.facts().recovery("exportPassphrase"));
    Files.writeString(folder.resolve("recovery"), byRecoveryKey.reveal());

    FerryProcess.Result wrong = restore(carol, "--passphrase-file", "wrong");
    assertThat(wrong.status()).as(wrong.toString()).isEqualTo(3);
    assertThat(wrong.err()).contains("passphrase");
    FerryProcess.Result first = restore(carol, "--passphrase-file", "words");
    assertThat(first.status()).as(first.toString()).isZero();
    assertThat(first.out()).contains("%d sessions were read: %d new".formatted(sessions, sessions));
    FerryProcess.Result again = restore(carol, "--recovery-key-file", "recovery");
    assertThat(again.status()).as(again.toString()).isZero();
    assertThat(again.out()).contains(sessions + " there already");
    followedNeedsNeither(carol, sessions);
  }

  /** Of an account that Ferry follows it has a token, and the recovery key where it was given. */
  private void followedNeedsNeither(LabClient person, int sessions) throws IOException {
    String[] restore = {"keys", "restore", "--all", "--user", person.userId()};
    FerryProcess.Result stranger = ferry(restore).run();
    assertThat(stranger.status()).as(stranger.toString()).isEqualTo(2);
    Files.writeString(folder.resolve("password"), TestLab.PASSWORD.reveal());
    configure(
        "{user: \"%s\", password_file: password, recovery_key_file: recovery}"
            .formatted(person.userId()));
    FerryProcess.Result login = ferry("accounts", "login", person.userId()).run();
    assertThat(login.status()).as(login.toString()).isZero();
    FerryProcess.Result followed = ferry(restore).run();
    assertThat(followed.status()).as(followed.toString()).isZero();
    assertThat(followed.out()).contains(sessions + " there already");
  }

  /** E-22: what a long life leaves in a backup; one entry is broken, and one key is another's. */
  @Test
  void thousandsOfSessionsComeBackAndNoneIsTakenWithAnotherKey() throws Exception {
    int count = Tier.Count.BACKUP_SESSIONS.now();
    LabClient erin = TestLab.shared().person("erin");
    configure("");
    Files.writeString(folder.resolve("token"), erin.token().reveal());
    MadeBackup backup = byPassphrase(erin, "what erin thought of");
    Files.writeString(folder.resolve("recovery"), byRecoveryKey.reveal());
    Files.writeString(folder.resolve("another"), Base64.getEncoder().encodeToString(new byte[32]));
    for (int from = 0; from < count; from += PAGE) {
      int unused =
          backup.upload(
              IntStream.range(from, Math.min(count, from + PAGE))
                  .mapToObj(i -> i == 7 ? broken() : session(i))
                  .toList());
    }
    FerryProcess.Result another = restore(erin, "--key-file", "another");
    assertThat(another.status()).as(another.toString()).isEqualTo(3);
    assertThat(another.err()).contains("their public keys differ");
    assertThat(number("select count(*) from ferry.room_key")).isZero();

    long start = System.nanoTime();
    FerryProcess.Result restored = restore(erin, "--recovery-key-file", "recovery");
    System.out.printf(
        "[tests] %,d sessions of a backup restored in %.1f s%n",
        count, (System.nanoTime() - start) / 1e9);
    assertThat(restored.out()).contains("%,d new".formatted(count - 1), "1 could not be used");
    assertThat(restored.status()).isEqualTo(1);
    assertThat(number("select count(*) from ferry.room_key where origin = 'backup'"))
        .isEqualTo(count - 1);
    assertThat(number("select count(*) from ferry.room_key where origin <> 'backup'")).isZero();
  }

  private static ObjectNode session(int i) {
    try (MegolmOutbound outbound = MegolmOutbound.create();
        MegolmInbound inbound = MegolmInbound.fromSessionKey(outbound.sessionKey())) {
      ObjectNode entry =
          LabClient.json("{\"algorithm\":\"m.megolm.v1.aes-sha2\"}")
              .put("room_id", "!room%d:example.org".formatted(i % 40))
              .put("session_id", outbound.sessionId())
              .put("sender_key", SENDER)
              .put("session_key", inbound.exportAtFirstKnownIndex());
      entry.putObject("sender_claimed_keys").put("ed25519", SENDER);
      entry.putArray("forwarding_curve25519_key_chain");
      return entry;
    }
  }

  private static ObjectNode broken() {
    return session(7).put("session_key", "AQ");
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private FerryProcess.Result restore(LabClient person, String option, String file) {
    return ferry(
            "keys",
            "restore",
            "--all",
            "--user",
            person.userId(),
            "--token-file",
            "token",
            option,
            file)
        .run();
  }

  /**
   * A message whose key Ferry was not given is read with the account's backup; and what Ferry has
   * is passed on to another client of the account, which the account's identity has signed.
   */
  @Test
  void whatIsMissingComesFromTheBackupAndGoesOnToTheOwnPhone() throws Exception {
    LabClient dave = TestLab.shared().person("dave");
    LabClient bob = TestLab.shared().person("bob");
    LabClient ferrys = LabClient.login(server.baseUrl(), dave.userId(), TestLab.PASSWORD);
    Files.writeString(folder.resolve("dave.token"), ferrys.token().reveal());
    try (Peer first = peer(PeerKind.MAUTRIX, dave, "first");
        Peer bobs = peer(PeerKind.NIO, bob, "bobs")) {
      Secret recovery = Secret.of(first.crossSign());
      Files.writeString(folder.resolve("dave.recovery"), recovery.reveal());
      String keyId = accountData(dave, "m.secret_storage.default_key").path("key").asText();
      SecretStorage storage =
          SecretStorage.byRecoveryKey(accountData(dave, "m.secret_storage.key." + keyId), recovery);
      MadeBackup backup =
          MadeBackup.of(dave, keyId, MadeStorage.of(RecoveryKey.parse(recovery)), 2);

      String room = bobs.createEncryptedRoom(100, dave.userId());
      first.join(room);
      bobs.sync();
      String before = bobs.send(room, "before ferry");
      assertThat(first.await(room, Set.of(before)).waiting()).isEmpty();
      bobs.exportKeys(folder.resolve("bobs.keys"), "passphrase");
      assertThat(backup.upload(folder.resolve("bobs.keys"), "passphrase")).isEqualTo(1);

      configure(
          "{user: \"%s\", token_file: dave.token, recovery_key_file: dave.recovery, rooms: [\"*\"]}"
              .formatted(dave.userId()));
      try (FerryProcess ferry = ferry("run").start()) {
        assertThat(ferry.awaitLine("event=device_signed")).contains(dave.userId());
        // Bob's client does not look: it knows nothing of Ferry's device, and gives it no key.
        String sealed = bobs.send(room, "ferry has no key");
        assertThat(ferry.awaitLine("event=keys_from_backup")).contains("added=1");
        Wait.until(LIMIT, "the message", () -> isClear(sealed));
        assertThat(trust(sealed)).isNotEqualTo("verified");

        try (Peer phone = peer(PeerKind.NIO, dave, "phone")) {
          sign(dave, phone.device(), storage);
          phone.sync();
          DeviceId own = new DeviceId(followedBy(dave));
          phone.verify(dave.userId(), own.value());
          assertThat(phone.seen(room).waiting())
              .extracting(Peer.Undecrypted::eventId)
              .contains(sealed);
          phone.requestKey(room, sealed);
          assertThat(phone.await(room, Set.of(sealed)).waiting())
              .extracting(Peer.Undecrypted::eventId)
              .doesNotContain(sealed);
        }
      }
    }
  }

  private boolean isClear(String event) {
    return text("select state from ferry.live_event where event = '%s'", event).equals("clear");
  }

  private String trust(String event) {
    return text("select trust from ferry.live_event where event = '%s'", event);
  }

  private String followedBy(LabClient person) {
    return text("select device_id from ferry.olm_device where user_id = '%s'", person.userId());
  }

  private String text(String sql, String value) {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql.formatted(value))) {
      return row.next() ? row.getString(1) : "";
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** What a person does who verifies a new device on an old one. */
  private static void sign(LabClient person, Peer.Device device, SecretStorage storage) {
    JsonNode sealed = accountData(person, SELF_SIGNING).path("encrypted").elements().next();
    Secret seed = Secret.of(storage.open(SELF_SIGNING, sealed));
    JsonNode answer =
        person.post(
            V3 + "/keys/query",
            LabClient.json("{\"device_keys\":{\"%s\":[]}}".formatted(person.userId())));
    DeviceRef ref = new DeviceRef(new UserId(person.userId()), new DeviceId(device.deviceId()));
    ObjectNode body =
        new DeviceSignature(ref, device.curve25519(), device.ed25519(), List.of(), answer)
            .sign(seed)
            .orElseThrow();
    JsonNode unused = person.post(V3 + "/keys/signatures/upload", body);
  }
}
