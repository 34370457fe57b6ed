package org.ferry.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Clear-text keys and messages of a device stand in no table and in no line of a log. */
class KeyCanaryIT {
  private static final RoomId ROOM = new RoomId("!room:example.org");
  private static final int KEYS = 1000;

  /** The header of an exported key: version and index; the ratchet follows. */
  private static final int HEADER = 5;

  private static final int PART = 24;

  private final KeyRelay relay = new KeyRelay();
  private final Peer.Clock clock = new Peer.Clock();
  private final Peer ferry = new Peer("@ferry:example.org", "FERRY", relay, clock).send();
  private final Peer alice = new Peer("@alice:example.org", "ALICE", relay, clock).send();
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger ours = (Logger) LoggerFactory.getLogger("org.ferry");
  private final @Nullable Level level = ours.getLevel();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final List<String> canaries = new ArrayList<>();

  @BeforeEach
  void listen() {
    lines.start();
    root.addAppender(lines);
    ours.setLevel(Level.TRACE);
  }

  @AfterEach
  void close() {
    ours.setLevel(level);
    root.detachAppender(lines);
    alice.close();
    ferry.close();
  }

  /** A secret as base64, and as the database prints bytes; a part of it will do. */
  private void canary(byte[] secret, int from) {
    byte[] part = Arrays.copyOfRange(secret, from, from + PART);
    canaries.add(HexFormat.of().formatHex(part));
    String whole = Base64.getEncoder().withoutPadding().encodeToString(secret);
    canaries.add(whole.substring((from + 2) / 3 * 4, (from + PART) / 3 * 4));
  }

  private List<RoomKey> keys() {
    List<RoomKey> keys = new ArrayList<>();
    var info = new RoomKeyInfo(KeyOrigin.EXPORT, "", "", null, List.of(), false, clock.now);
    for (int i = 0; i < KEYS; i++) {
      try (MegolmOutbound group = MegolmOutbound.create()) {
        MegolmInbound session = MegolmInbound.fromSessionKey(group.sessionKey());
        // The decoder takes unpadded text as well.
        canary(Base64.getDecoder().decode(session.exportAtFirstKnownIndex()), HEADER + 40);
        keys.add(new RoomKey(ROOM, session, info));
      }
    }
    return keys;
  }

  @Test
  void noneOfAThousandKeysAndMessagesStandsAnywhere() throws SQLException {
    List<RoomKey> keys = keys();
    assertThat(ferry.keys.addAll(keys)).hasSize(KEYS).containsOnly(RoomKeys.Added.NEW);
    keys.forEach(k -> k.session().close());
    assertThat(ferry.machine.createIdentity()).isTrue();
    ferry.send();
    ferry
        .machine
        .identitySecrets()
        .values()
        .forEach(s -> canary(Base64.getDecoder().decode(s.reveal()), 3));
    byte[] backup = new byte[32];
    new Random(7).nextBytes(backup);
    canary(backup, 3);
    Secret key = Secret.of(Base64.getEncoder().withoutPadding().encodeToString(backup));
    assertThat(ferry.machine.keepBackupKey(key)).isTrue();
    Set<UserId> both = Set.of(ferry.ref.user(), alice.ref.user());
    for (int i = 0; i < 10; i++) {
      String words = "a canary sings of number %08d".formatted(i);
      canaries.add(words);
      ObjectNode event = alice.say(ROOM, both, words);
      ferry.sync();
      assertThat(ferry.machine.decrypt(ROOM, event)).isInstanceOf(DecryptOutcome.Clear.class);
      ferry.say(ROOM, both, words);
    }
    // Whatever goes wrong is told without the secrets as well.
    ferry.restart();
    ObjectNode torn = alice.say(ROOM, both, "torn");
    ((ObjectNode) torn.path("content")).put("ciphertext", "AwgAEn");
    assertThat(ferry.machine.decrypt(ROOM, torn)).isNotInstanceOf(DecryptOutcome.Clear.class);

    // Others of this JVM may log meanwhile.
    root.detachAppender(lines);
    lines.stop();
    String logged =
        String.join("\n", lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    String kept = String.join("\n", rows());
    assertThat(kept).as("what is looked through").hasSizeGreaterThan(KEYS * 200);
    assertThat(canaries)
        .hasSizeGreaterThan(2 * KEYS)
        .noneMatch(kept::contains)
        .noneMatch(logged::contains);
  }

  /** Everything that a dump of the device's database would show. */
  private List<String> rows() throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = ferry.lab.db().connect();
        Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet row =
          statement.executeQuery("select tablename from pg_tables where schemaname = 'ferry'")) {
        while (row.next()) {
          tables.add(row.getString(1));
        }
      }
      for (String table : tables) {
        try (ResultSet row =
            statement.executeQuery("select t::text from ferry.\"%s\" t".formatted(table))) {
          while (row.next()) {
            rows.add(row.getString(1));
          }
        }
      }
    }
    return rows;
  }
}
