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
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.Curve25519Key;
import org.ferry.crypto.vodozemac.OlmAccount;
import org.ferry.crypto.vodozemac.OlmMessage;
import org.ferry.crypto.vodozemac.OlmSession;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.FollowingConfig;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry run} is killed while keys are on their way to and from a real homeserver. */
class KeyKillsIT {
  private static final int PROCESSES = 3;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String V3 = "/_matrix/client/v3";
  private static final int KEYS = 50;

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final String pickleKey = PickleKey.random().text().reveal();
  private final SynapseServer server = TestLab.shared().target();
  private final HttpFaultProxy proxy = HttpFaultProxy.to(server.baseUrl());
  private final LabClient kim = TestLab.shared().person("kim");
  private final LabClient bob = TestLab.shared().person("bob");
  private final Random random = new Random(12);
  @TempDir Path folder;

  @AfterEach
  void stop() {
    proxy.close();
  }

  private FerryProcess run() {
    return run(folder);
  }

  private FerryProcess run(Path in) {
    return FerryProcess.ferry("run").in(in).with("FERRY_PICKLE_KEY", pickleKey).start();
  }

  private void configure() throws IOException {
    configure(folder);
  }

  private void configure(Path in) throws IOException {
    Files.writeString(in.resolve("token"), kim.token().reveal());
    FollowingConfig.write(
        in,
        proxy.url(),
        db,
        "{user: \"%s\", token_file: token, rooms: [\"*\"]}".formatted(kim.userId()));
  }

  /**
   * Runs Ferry until it is killed: before it hears the answer to a request, or a random time of at
   * most so many milliseconds after.
   */
  private void killAfter(Predicate<HttpFaultProxy.Seen> which, int longest) {
    try (FerryProcess ferry = run()) {
      proxy.after(
          which,
          1,
          seen -> {
            if (longest == 0) {
              ferry.kill();
            } else {
              CompletableFuture.delayedExecutor(random.nextInt(longest), TimeUnit.MILLISECONDS)
                  .execute(ferry::kill);
            }
          });
      Wait.until(LIMIT, "the kill", () -> !ferry.isRunning());
    }
  }

  /** Several on one database, of which whoever leads is killed before it hears an answer. */
  private List<FerryProcess> racing(Predicate<HttpFaultProxy.Seen> which, int kills)
      throws IOException {
    List<FerryProcess> alive = new CopyOnWriteArrayList<>();
    proxy.after(which, kills, seen -> leader(alive).kill());
    for (int started = 0; started < PROCESSES + kills; started++) {
      if (started >= PROCESSES) {
        Wait.until(LIMIT, "a kill", () -> alive.stream().anyMatch(f -> !f.isRunning()));
        List<FerryProcess> dead = alive.stream().filter(f -> !f.isRunning()).toList();
        dead.forEach(FerryProcess::close);
        alive.removeAll(dead);
      }
      Path own = Files.createDirectories(folder.resolve("process" + started));
      configure(own);
      alive.add(run(own));
    }
    return alive;
  }

  /** Who asks leads; that it said so is read by another thread, later. */
  private static FerryProcess leader(List<FerryProcess> alive) {
    List<FerryProcess> leaders = new ArrayList<>();
    Wait.until(
        LIMIT,
        "who leads",
        () -> {
          alive.stream().filter(f -> f.isRunning() && leads(f)).forEach(leaders::add);
          return !leaders.isEmpty();
        });
    return leaders.getFirst();
  }

  private static boolean leads(FerryProcess ferry) {
    return (ferry.out() + ferry.err()).contains("event=leading");
  }

  private List<String> column(String sql) {
    List<String> found = new ArrayList<>();
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      while (row.next()) {
        found.add(row.getString(1));
      }
      return found;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private String only(String sql) {
    return column(sql).getFirst();
  }

  private boolean stands(String value, String sql) {
    return column(sql).equals(List.of(value));
  }

  /**
   * E-02, E-03: one-time keys whose upload nobody heard the answer of are the ones that are used:
   * none is uploaded twice in another form, and each opens a session; whichever of three processes
   * leads, and however often the homeserver answers with an error.
   */
  @Test
  void everyOneTimeKeyOpensASessionWhateverIsKilled() throws Exception {
    Predicate<HttpFaultProxy.Seen> upload =
        seen -> seen.path().contains("/keys/upload") && seen.text().contains("one_time_keys");
    int failures = Tier.Count.UPLOAD_FAILURES.now();
    proxy.answer(upload, failures, 500, "{\"errcode\":\"M_UNKNOWN\"}");
    List<FerryProcess> processes = racing(upload, Tier.Count.UPLOAD_KILLS.now());
    try {
      Wait.until(
          LIMIT, "the keys", () -> stands("50", "select server_keys from ferry.olm_account"));
      Set<String> used = new HashSet<>();
      for (int i = 0; i < KEYS; i++) {
        greet(i, used);
      }
      assertThat(used).as("different keys").hasSize(KEYS);
      Wait.until(
          LIMIT,
          KEYS + " sessions",
          () -> column("select distinct sender_key from ferry.olm_session").size() == KEYS);
      assertThat(column("select sender_key from ferry.olm_unwedging")).isEmpty();
      assertThat(processes.stream().filter(KeyKillsIT::leads)).hasSize(1);
      assertThat(processes).noneMatch(f -> (f.out() + f.err()).contains("already exist"));
      assertThat(proxy.seen().stream().filter(upload)).hasSizeGreaterThan(failures);
    } finally {
      processes.forEach(FerryProcess::close);
    }
  }

  /** A stranger claims a key and begins a session with it. */
  private void greet(int number, Set<String> used) {
    String device = only("select device_id from ferry.olm_device");
    ObjectNode ask = LabClient.json("{}");
    ask.putObject("one_time_keys").putObject(kim.userId()).put(device, "signed_curve25519");
    JsonNode keys =
        bob.post(V3 + "/keys/claim", ask).path("one_time_keys").path(kim.userId()).path(device);
    String key = keys.elements().next().path("key").asText();
    assertThat(used.add(key)).isTrue();
    String curve = only("select curve25519 from ferry.olm_account");
    try (OlmAccount stranger = OlmAccount.create();
        OlmSession session =
            stranger.createOutboundSession(Curve25519Key.parse(curve), Curve25519Key.parse(key))) {
      ObjectNode event = LabClient.json("{\"type\":\"m.dummy\",\"content\":{}}");
      event.put("sender", bob.userId()).put("recipient", kim.userId());
      event
          .putObject("recipient_keys")
          .put("ed25519", only("select ed25519 from ferry.olm_account"));
      event.putObject("keys").put("ed25519", stranger.identityKeys().ed25519().base64());
      OlmMessage message = session.encrypt(event.toString().getBytes(StandardCharsets.UTF_8));
      ObjectNode content = LabClient.json("{\"algorithm\":\"m.olm.v1.curve25519-aes-sha2\"}");
      content
          .put("sender_key", stranger.identityKeys().curve25519().base64())
          .putObject("ciphertext")
          .putObject(curve)
          .put("type", message.type())
          .put("body", message.body());
      ObjectNode body = LabClient.json("{}");
      body.putObject("messages").putObject(kim.userId()).set(device, content);
      JsonNode unused = bob.put(V3 + "/sendToDevice/m.room.encrypted/greet" + number, body);
    }
  }

  /**
   * E-12: room keys that a sync brought are not lost, whenever after its answer Ferry is killed,
   * and no session breaks.
   */
  @Test
  void noRoomKeyIsLostWhateverIsKilled() throws Exception {
    configure();
    Set<String> sent = new HashSet<>();
    try (Peer peer =
        Peer.login(
            PeerKind.NIO,
            folder.resolve("bob"),
            server.baseUrl(),
            bob.userId(),
            TestLab.PASSWORD)) {
      String room = peer.createEncryptedRoom(100, kim.userId());
      String unused = kim.join(room);
      try (FerryProcess ferry = run()) {
        assertThat(ferry.awaitLine("state=following")).contains(kim.userId());
        Wait.until(LIMIT, "the keys", () -> stands("t", "select uploaded from ferry.olm_account"));
        peer.sync();
        say(peer, room, sent);
        awaitClear(sent);
        ferry.kill();
      }
      for (int kill = 0; kill < Tier.Count.KEY_KILLS.now(); kill++) {
        for (int i = 0; i < 3; i++) {
          say(peer, room, sent);
        }
        killAfter(seen -> seen.path().contains("/sync"), 1 + 150 * (kill % 4));
      }
      try (FerryProcess ferry = run()) {
        assertThat(ferry.awaitLine("state=following")).contains(kim.userId());
        awaitClear(sent);
      }
      assertThat(column("select sender_key from ferry.olm_unwedging")).isEmpty();
    }
  }

  private static void say(Peer peer, String room, Set<String> sent) {
    peer.rotate(room);
    boolean unused = sent.add(peer.send(room, "said " + sent.size()));
  }

  private void awaitClear(Set<String> sent) {
    try {
      Wait.until(
          LIMIT,
          sent.size() + " messages",
          () ->
              new HashSet<>(column("select event from ferry.live_event where state = 'clear'"))
                  .containsAll(sent));
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage()
              + ", which stand: "
              + column(
                  "select concat_ws(' ', count(*), state, reason) from ferry.live_event"
                      + " group by state, reason")
              + ", waiting for keys: "
              + column("select count(*)::text from ferry.megolm_waiting"),
          e);
    }
  }
}
