package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.lab.Ports;
import org.ferry.lab.SynapseServer;
import org.ferry.live.sending.KeyReused;
import org.ferry.live.sending.Outgoing;
import org.ferry.live.sending.Sent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.store.LetterBox;
import org.ferry.testing.DaemonConfig;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Rooms;
import org.ferry.testing.TestLab;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.ferry.testing.peers.Peer;
import org.ferry.testing.peers.PeerKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry run} sends what any process posts: each key once, through kills. */
class SendingIT {
  private static final String DOMAIN = "write.example.org";
  private static final UserId BOT = new UserId("@ferrybot:" + DOMAIN);
  private static final UserId GHOST = new UserId("@old_berta:" + DOMAIN);
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** Twelve seconds and what a busy machine adds. */
  private static final Duration TAKEOVER = Duration.ofSeconds(45);

  private final TestPostgres.Db db = TestPostgres.ledger();
  private final DaemonConfig config = DaemonConfig.of(DOMAIN, db);
  private final String pickleKey = PickleKey.random().text().reveal();
  @TempDir Path folder;
  private SynapseServer server;
  private LabClient alice;

  @BeforeEach
  void start() throws IOException {
    server = config.homeserver(folder);
    alice = server.register("alice", TestLab.PASSWORD, false);
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  private FerryProcess run() {
    return FerryProcess.ferry("run").in(folder).with("FERRY_PICKLE_KEY", pickleKey).start();
  }

  private static Outgoing text(UserId as, String room, String body, String key) {
    return new Outgoing(
        as,
        new RoomId(room),
        "m.room.message",
        LabClient.json("{\"msgtype\":\"m.text\"}").put("body", body),
        key);
  }

  private List<String> said(String room) {
    return alice.messages(room).stream()
        .filter(e -> e.path("type").asText().equals("m.room.message"))
        .map(e -> e.path("sender").asText() + " " + e.path("content").path("body").asText())
        .toList();
  }

  @Test
  void theBotAndAGhostSayWhatAnyProcessPostsOnceForEachKey() {
    String room;
    try (LetterBox post = new LetterBox(db);
        FerryProcess ferry = run()) {
      assertThat(ferry.awaitLine("state=following")).contains(BOT.value());
      room = Rooms.with(alice, BOT.value());
      Sent first = post.sending().send(text(BOT, room, "one", "k1"));
      Sent second = post.sending().send(text(GHOST, room, "two", "k2"));
      assertThat(post.sending().send(text(BOT, room, "one", "k1")))
          .isEqualTo(new Sent(first.event(), true));
      assertThatThrownBy(() -> post.sending().send(text(BOT, room, "other", "k1")))
          .isInstanceOf(KeyReused.class);
      assertThat(said(room)).containsExactly(BOT + " one", GHOST + " two");

      Outgoing redaction =
          new Outgoing(
              GHOST,
              new RoomId(room),
              "m.room.redaction",
              LabClient.json("{\"redacts\":\"" + second.event() + "\"}"),
              "k3");
      Sent unused = post.sending().send(redaction);
      JsonNode gone = alice.event(room, second.event().value());
      assertThat(gone.path("content").isEmpty()).isTrue();

      String closed = alice.createRoom(LabClient.json("{\"preset\":\"private_chat\"}"));
      assertThatThrownBy(() -> post.sending().send(text(GHOST, closed, "no", "k4")))
          .isInstanceOf(MatrixException.class)
          .hasMessageContaining("403");
      alice.membership("invite", closed, BOT.value(), "");
      Rooms.awaitMember(alice, closed, BOT.value());
      unused = post.sending().send(text(GHOST, closed, "no", "k4"));
      assertThat(said(closed)).containsExactly(GHOST + " no");
    }
  }

  private Peer peer(PeerKind kind, String name) {
    return Peer.register(kind, folder, server, name);
  }

  /** The session that each readable event was encrypted with. */
  private static Set<String> sessions(Peer peer, String room, UserId sender) {
    return peer.seen(room).clear().stream()
        .filter(Peer.Clear::encrypted)
        .filter(c -> c.sender().equals(sender.value()))
        .map(Peer.Clear::sessionId)
        .collect(Collectors.toSet());
  }

  /**
   * E-26, the way out, and E-20: others read what Ferry encrypts, from signed devices, and answer;
   * who comes reads from then on, who goes reads no more, whatever is killed in between.
   */
  @Test
  void otherClientsReadWhatTheBotAndAGhostEncryptAndAnswer() throws Exception {
    List<String> wanted = new ArrayList<>();
    List<UserId> both = List.of(BOT, GHOST);
    try (LetterBox post = new LetterBox(db);
        Peer nio = peer(PeerKind.NIO, "nina");
        Peer mautrix = peer(PeerKind.MAUTRIX, "max");
        Peer late = peer(PeerKind.NIO, "lena")) {
      String room;
      try (FerryProcess ferry = run()) {
        assertThat(ferry.awaitLine("state=following")).contains(BOT.value());
        room = nio.createEncryptedRoom(7, BOT.value(), alice.userId(), mautrix.device().userId());
        String unused = alice.join(room);
        mautrix.join(room);
        Rooms.awaitMember(alice, room, BOT.value());
        for (int i = 0; i < 20; i++) {
          wanted.add(write(post, both.get(i % 2), room, wanted.size()));
        }
        assertThat(nio.await(room, Set.copyOf(wanted)).waiting()).isEmpty();
        assertThat(mautrix.await(room, Set.copyOf(wanted)).waiting()).isEmpty();
        assertThat(sessions(nio, room, BOT)).as("rotated after 7").hasSize(2);
        for (UserId writer : both) {
          Wait.until(LIMIT, "a signed device of " + writer, () -> signed(nio, writer));
        }
        answers(room, nio, mautrix);
        whatComesToAGhostAloneIsReadAtOnce(post, nio);
        ferry.kill();
      }
      try (FerryProcess ferry = run()) {
        assertThat(ferry.awaitLine("state=following")).contains(BOT.value());
        nio.invite(room, late.device().userId());
        late.join(room);
        List<String> from = new ArrayList<>();
        for (UserId as : both) {
          from.add(write(post, as, room, wanted.size() + from.size()));
        }
        assertThat(late.await(room, Set.copyOf(from)).clear()).isNotEmpty();
        wanted.addAll(from);
        mautrix.leave(room);
        Set<String> before = sessions(nio, room, GHOST);
        for (UserId as : both) {
          wanted.add(write(post, as, room, wanted.size()));
        }
        assertThat(nio.await(room, Set.copyOf(wanted)).waiting()).isEmpty();
        assertThat(sessions(nio, room, GHOST)).hasSize(before.size() + 1);
        for (UserId as : both) {
          wanted.add(writeByAnotherDevice(post, as, room, wanted.size()));
        }
        assertThat(nio.await(room, Set.copyOf(wanted)).waiting()).isEmpty();
        assertThat(ferry.out() + ferry.err()).doesNotContain("set back");
      }
      assertThat(bodies(nio, room)).hasSize(wanted.size()).doesNotHaveDuplicates();
    }
  }

  private static String write(LetterBox post, UserId as, String room, int number) {
    return post.sending()
        .send(text(as, room, "sealed " + number, "sealed " + number))
        .event()
        .value();
  }

  /** Asked for while the machine of the former one is open, and said at once. */
  private String writeByAnotherDevice(LetterBox post, UserId as, String room, int number)
      throws SQLException {
    FerryProcess.Result anew =
        FerryProcess.ferry("accounts", "login", as.value(), "--new-device")
            .in(folder)
            .with("FERRY_PICKLE_KEY", pickleKey)
            .run();
    assertThat(anew.status()).as(anew.toString()).isZero();
    String event = write(post, as, room, number);
    assertThat(
            number(
                "select count(*) from ferry.outgoing o join ferry.identity i on i.user_id = o.sender and i.device_id = o.device where o.event = '%s'"
                    .formatted(event)))
        .as("sent by the new device")
        .isEqualTo(1);
    return event;
  }

  private static List<String> bodies(Peer peer, String room) {
    return peer.seen(room).clear().stream()
        .map(Peer.Clear::body)
        .filter(b -> b.startsWith("sealed"))
        .toList();
  }

  /** What is answered is read by the bot. */
  private void answers(String room, Peer... peers) {
    for (Peer peer : peers) {
      peer.sync();
      awaitClear(peer.send(room, "answer"));
    }
  }

  private void awaitClear(String event) {
    Wait.until(
        LIMIT,
        event,
        () ->
            number(
                    "select count(*) from ferry.live_event where state = 'clear' and event = '%s'"
                        .formatted(event))
                == 1);
  }

  /** As in a direct chat that was carried: the keys come to a device that only comes by. */
  private void whatComesToAGhostAloneIsReadAtOnce(LetterBox post, Peer peer) throws SQLException {
    String room = peer.createEncryptedRoom(100, GHOST.value());
    carried(room);
    String unused = write(post, GHOST, room, 1_000);
    peer.sync();
    // Told as undecryptable after half a minute, it would be late for ever.
    awaitClear(peer.send(room, "for a ghost alone"));
  }

  private void carried(String room) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              """
              insert into ferry.source (server, type, label, fingerprint, load, loaded_at)
                values ('old', 'synapse-dump', 'dump', 'f', 1, now());
              insert into ferry.crossing (source, domain, space, used_at)
                select id, 'x', '!s:x', now() from ferry.source;
              insert into ferry.crossing_room (crossing, old, target, state, action, actor, detail)
                select id, '!old:old', '%s', 'ready', 'create', '%s', '{}' from ferry.crossing;
              """
                  .formatted(room, GHOST));
    }
  }

  private long number(String sql) throws SQLException {
    try (var connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  private boolean signed(Peer seenBy, UserId user) {
    LabClient client = seenBy.client();
    JsonNode answer =
        client.post(
            "/_matrix/client/v3/keys/query",
            LabClient.json("{\"device_keys\":{\"%s\":[]}}".formatted(user)));
    JsonNode devices = answer.path("device_keys").path(user.value());
    return answer.path("master_keys").has(user.value())
        && devices.size() == 1
        && devices.elements().next().path("signatures").path(user.value()).size() == 2;
  }

  /**
   * E-18: whoever leads is killed while another stands by; every message is one event, and no index
   * of a session is used twice.
   */
  @Test
  void killsLoseNothingAndRepeatNothingAndUseNoIndexTwice() throws Exception {
    int count = Tier.Count.ENCRYPTED_SENDS.now();
    int kills = Tier.Count.SENDER_KILLS.now();
    config.write(folder, server.baseUrl());
    FerryProcess leading = run();
    assertThat(leading.awaitLine("state=following")).contains(BOT.value());
    String room = Rooms.with(alice, BOT.value());
    String unused =
        alice.setState(
            room,
            "m.room.encryption",
            "",
            LabClient.json("{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"rotation_period_msgs\":9}"));
    try (LetterBox post = new LetterBox(db)) {
      Thread writer =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  say(post, text(i % 2 == 0 ? BOT : GHOST, room, "m" + i, "key " + i));
                }
              });
      for (int kill = 0; kill < kills; kill++) {
        FerryProcess standingBy = beside();
        int wanted = (kill + 1) * count / (kills + 2);
        Wait.until(
            Duration.ofMinutes(3),
            wanted + " messages",
            () -> number("select count(*) from ferry.outgoing where state = 'sent'") >= wanted);
        leading.kill();
        leading.close();
        leading = standingBy;
        // Before the next one comes, which might be the quicker one to lead.
        assertThat(leading.awaitLine("event=leading")).isNotEmpty();
      }
      writer.join();
      leading.terminate();
      assertThat(leading.await(LIMIT).status()).isZero();
      leading.close();
    }
    List<JsonNode> events =
        alice.messages(room).stream()
            .filter(e -> e.path("type").asText().equals("m.room.encrypted"))
            .map(e -> e.path("content"))
            .toList();
    assertThat(events).hasSize(count);
    assertThat(events.stream().map(c -> c.path("org.ferry.txn").asText())).doesNotHaveDuplicates();
    assertThat(events.stream().map(c -> c.path("session_id").asText() + " " + index(c)))
        .doesNotHaveDuplicates();
  }

  /** D-09: who leads is frozen, keeps its connections, and comes back when another one leads. */
  @Test
  void whoeverStandsByTakesOverFromALeaderThatIsFrozen() throws Exception {
    config.write(folder, server.baseUrl());
    try (LetterBox post = new LetterBox(db);
        FerryProcess leading = run()) {
      assertThat(leading.awaitLine("state=following")).contains(BOT.value());
      String room = Rooms.with(alice, BOT.value());
      Sent unused = post.sending().send(text(BOT, room, "before", "f1"));
      try (FerryProcess standingBy = beside()) {
        leading.freeze();
        long begun = System.nanoTime();
        assertThat(standingBy.awaitLine("event=leader_deposed")).contains("on ", "frozen");
        assertThat(standingBy.awaitLine("event=leading")).isNotEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(TAKEOVER);
        unused = post.sending().send(text(BOT, room, "meanwhile", "f2"));
        leading.thaw();
        assertThat(leading.awaitLine("event=not_leading")).isNotEmpty();
        assertThat(leading.awaitLine("event=standing_by")).isNotEmpty();
        unused = post.sending().send(text(BOT, room, "after", "f3"));
      }
      assertThat(said(room)).containsExactly(BOT + " before", BOT + " meanwhile", BOT + " after");
      assertThat(leading.awaitLine("epoch=3")).contains("event=leading");
    }
  }

  /** Another process on the same database, which hears on ports of its own. */
  private FerryProcess beside() throws IOException {
    Path file = folder.resolve("beside.yaml");
    Files.writeString(
        file,
        Files.readString(folder.resolve("config.yaml"))
            .replaceAll("listen: \"127.0.0.1:\\d+\"", "listen: \"127.0.0.1:0\"")
            .transform(SendingIT::freePorts));
    FerryProcess process =
        FerryProcess.ferry("-c", file.toString(), "run")
            .in(folder)
            .with("FERRY_PICKLE_KEY", pickleKey)
            .start();
    assertThat(process.awaitLine("event=standing_by")).isNotEmpty();
    return process;
  }

  private static String freePorts(String yaml) {
    String free = yaml;
    while (free.contains("127.0.0.1:0\"")) {
      free = free.replaceFirst("127.0.0.1:0\"", "127.0.0.1:" + Ports.free() + "\"");
    }
    return free;
  }

  /** The index that a Megolm message names: version, a tag, and a number of up to five bytes. */
  private static long index(JsonNode content) {
    byte[] wire = Base64.getDecoder().decode(content.path("ciphertext").asText());
    assertThat(wire[0]).isEqualTo((byte) 3);
    assertThat(wire[1]).isEqualTo((byte) 8);
    long index = 0;
    int shift = 0;
    int at = 2;
    do {
      index |= (long) (wire[at] & 0x7f) << shift;
      shift += 7;
    } while (wire[at++] < 0);
    return index;
  }

  /** A caller whose patience ends asks again with the same key. */
  private static void say(LetterBox post, Outgoing out) {
    while (true) {
      try {
        Sent unused = post.sending().send(out);
        return;
      } catch (org.ferry.live.sending.NotYet e) {
        // reason: the daemon was killed and is not back yet.
      }
    }
  }
}
