package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.ferry.crypto.InboundSession;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.RoomKeys.Added;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.crypto.vodozemac.Vodozemac;
import org.ferry.id.RoomId;
import org.ferry.store.StoreLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgRoomKeysIT {
  private static final RoomId ROOM = new RoomId("!a:example.org");

  private final long handles = Vodozemac.openHandles();
  private final StoreLab lab = new StoreLab();
  private final PickleKey pickleKey = PickleKey.random();
  private final PgKeyring keyring = PgKeyring.open(lab.database(), pickleKey);
  private final PgRoomKeys keys = new PgRoomKeys(lab.database(), keyring, 4);
  private final MegolmOutbound outbound = MegolmOutbound.create();

  @AfterEach
  void close() {
    outbound.close();
    keys.close();
    keyring.close();
    lab.close();
    assertThat(Vodozemac.openHandles()).isEqualTo(handles);
  }

  private static RoomKeyInfo info(KeyOrigin origin) {
    return new RoomKeyInfo(
        origin, "curve", "ed", null, List.of("passed"), true, Instant.ofEpochSecond(1_700_000_000));
  }

  private Added add(KeyOrigin origin, MegolmInbound session) {
    try (session) {
      return keys.add(new RoomKey(ROOM, session, info(origin)));
    }
  }

  /** The session from its present index on, as its owner sends it. */
  private MegolmInbound now() {
    return MegolmInbound.fromSessionKey(outbound.sessionKey());
  }

  private static MegolmInbound imported(MegolmInbound session, long index) {
    try (session) {
      return MegolmInbound.fromExportedKey(session.exportAt(index).orElseThrow());
    }
  }

  private String read(String ciphertext) {
    try (InboundSession session = keys.find(ROOM, outbound.sessionId()).orElseThrow()) {
      return new String(session.megolm().decrypt(ciphertext).plaintext(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void readsWhatItKept() {
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.NEW);
    String ciphertext = outbound.encrypt("hello".getBytes(StandardCharsets.UTF_8));
    assertThat(read(ciphertext)).isEqualTo("hello");
    assertThat(read(ciphertext)).isEqualTo("hello");
    try (InboundSession session = keys.findAnew(ROOM, outbound.sessionId()).orElseThrow()) {
      assertThat(session.info()).isEqualTo(info(KeyOrigin.OLM));
    }
    assertThat(keys.find(new RoomId("!other:example.org"), outbound.sessionId())).isEmpty();
    assertThat(keys.find(ROOM, "nobody's\u0000")).isEmpty();
    assertThat(lab.number("select count(*) from ferry.megolm_inbound_sessions")).isEqualTo(1);
  }

  @Test
  void theViewOfThemIsForReadingAlone() throws Exception {
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.NEW);
    List<String> writes =
        List.of(
            "insert into ferry.megolm_inbound_sessions values ('!b', 's', now())",
            "update ferry.megolm_inbound_sessions set room_id = '!b'",
            "delete from ferry.megolm_inbound_sessions");
    try (Connection connection = lab.db().connect()) {
      for (String write : writes) {
        assertThatThrownBy(() -> connection.createStatement().executeUpdate(write))
            .as(write)
            .hasMessageContaining("ferry.megolm_inbound_sessions is for reading alone")
            .hasMessageContaining("ferry keys import");
      }
    }
    assertThat(lab.number("select count(*) from ferry.room_key where room_id = '!a:example.org'"))
        .isEqualTo(1);
  }

  @Test
  void theEarlierIndexWinsAndTheBetterOrigin() {
    String first = outbound.encrypt("first".getBytes(StandardCharsets.UTF_8));
    MegolmInbound early = MegolmInbound.fromSessionKey(outbound.sessionKey());
    String second = outbound.encrypt("second".getBytes(StandardCharsets.UTF_8));
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.NEW);
    assertThatThrownBy(() -> read(second))
        .isInstanceOf(org.ferry.crypto.vodozemac.CryptoException.UnknownIndex.class);
    assertThat(add(KeyOrigin.EXPORT, imported(early, 1))).isEqualTo(Added.BETTER);
    assertThat(read(second)).isEqualTo("second");
    assertThatThrownBy(() -> read(first))
        .isInstanceOf(org.ferry.crypto.vodozemac.CryptoException.UnknownIndex.class);
    try (InboundSession session = keys.find(ROOM, outbound.sessionId()).orElseThrow()) {
      assertThat(session.info().origin()).isEqualTo(KeyOrigin.OLM);
      assertThat(session.megolm().firstKnownIndex()).isEqualTo(1);
    }
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.KEPT);
  }

  @Test
  void aKeyFromTheOwnerSaysMoreThanAnImportedOne() {
    assertThat(add(KeyOrigin.BACKUP, imported(now(), 0))).isEqualTo(Added.NEW);
    assertThat(add(KeyOrigin.EXPORT, imported(now(), 0))).isEqualTo(Added.KEPT);
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.BETTER);
    try (InboundSession session = keys.find(ROOM, outbound.sessionId()).orElseThrow()) {
      assertThat(session.info().origin()).isEqualTo(KeyOrigin.OLM);
    }
  }

  @Test
  void severalKeysOfOneSessionInOneBatch() {
    try (MegolmInbound a = now();
        MegolmInbound b = now()) {
      List<RoomKey> batch = new ArrayList<>();
      batch.add(new RoomKey(ROOM, a, info(KeyOrigin.BACKUP)));
      batch.add(new RoomKey(ROOM, b, info(KeyOrigin.OLM)));
      batch.add(new RoomKey(new RoomId("!b"), b, info(KeyOrigin.OLM)));
      assertThat(keys.addAll(batch)).containsExactly(Added.NEW, Added.BETTER, Added.NEW);
      assertThat(keys.addAll(batch)).containsExactly(Added.KEPT, Added.KEPT, Added.KEPT);
    }
    assertThat(keys.forEach(s -> {}, damaged -> {})).isEqualTo(2);
  }

  @Test
  void aKeyThatIsNotConnectedTakesNobodysPlace() {
    String whole;
    try (MegolmInbound session = now()) {
      whole = session.exportAtFirstKnownIndex();
    }
    String ciphertext = outbound.encrypt("hello".getBytes(StandardCharsets.UTF_8));
    for (KeyOrigin there : List.of(KeyOrigin.EXPORT, KeyOrigin.FORWARDED, KeyOrigin.OLM)) {
      assertThat(add(there, MegolmInbound.fromExportedKey(whole))).isIn(Added.NEW, Added.BETTER);
      for (KeyOrigin origin : KeyOrigin.values()) {
        boolean vouched = origin.isVouchedFor() && origin.compareTo(there) < 0;
        if (!vouched) {
          assertThat(add(origin, forged())).as(there + " " + origin).isEqualTo(Added.UNCONNECTED);
        }
      }
      assertThat(read(ciphertext)).isEqualTo("hello");
    }
  }

  /** The ratchet is another, from the first index on; signing key, and so the id, stay. */
  private MegolmInbound forged() {
    try (MegolmInbound honest = now()) {
      byte[] forged = java.util.Base64.getDecoder().decode(honest.exportAtFirstKnownIndex());
      forged[10] ^= 1;
      forged[4] = 0;
      return MegolmInbound.fromExportedKey(
          java.util.Base64.getEncoder().withoutPadding().encodeToString(forged));
    }
  }

  @Test
  void aWrongKeyDoesNotKeepTheRightOneOut() {
    for (KeyOrigin wrong : List.of(KeyOrigin.BACKUP, KeyOrigin.EXPORT, KeyOrigin.FORWARDED)) {
      RoomId one = new RoomId("!one " + wrong);
      RoomId batch = new RoomId("!batch " + wrong);
      try (MegolmInbound planted = forged();
          MegolmInbound right = now()) {
        RoomKey first = new RoomKey(one, planted, info(wrong));
        assertThat(keys.add(first)).isEqualTo(Added.NEW);
        assertThat(keys.add(new RoomKey(one, right, info(KeyOrigin.OLM))))
            .isEqualTo(Added.REPLACED);
        assertThat(keys.add(first)).isEqualTo(Added.UNCONNECTED);
        assertThat(
                keys.addAll(
                    List.of(
                        new RoomKey(batch, planted, info(wrong)),
                        new RoomKey(batch, right, info(KeyOrigin.OLM)))))
            .containsExactly(Added.NEW, Added.REPLACED);
        for (RoomId room : List.of(one, batch)) {
          try (InboundSession found = keys.find(room, outbound.sessionId()).orElseThrow()) {
            assertThat(found.info()).isEqualTo(info(KeyOrigin.OLM));
            assertThat(found.megolm().isConnected(right)).isTrue();
          }
        }
      }
    }
  }

  @Test
  void manyThreadsAddTheSameKeyOnce() throws Exception {
    List<Callable<Added>> tasks = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      tasks.add(() -> add(KeyOrigin.OLM, now()));
    }
    List<Added> outcome = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var future : threads.invokeAll(tasks)) {
        outcome.add(future.get());
      }
    }
    assertThat(outcome).containsOnlyOnce(Added.NEW).contains(Added.KEPT);
  }

  @Test
  void theCacheIsBoundedAndLendsWhatItHasLetGo() {
    List<InboundSession> lent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RoomId room = new RoomId("!r" + i);
      try (MegolmInbound session = now()) {
        assertThat(keys.add(new RoomKey(room, session, info(KeyOrigin.OLM)))).isEqualTo(Added.NEW);
      }
      lent.add(keys.find(room, outbound.sessionId()).orElseThrow());
    }
    String ciphertext = outbound.encrypt("hello".getBytes(StandardCharsets.UTF_8));
    lent.forEach(s -> assertThat(s.megolm().decrypt(ciphertext).index()).isZero());
    lent.forEach(InboundSession::close);
    lent.forEach(InboundSession::close);
    assertThat(Vodozemac.openHandles() - handles).isEqualTo(1 + 4);
  }

  @Test
  void aRowMovedToAnotherRoomDoesNotOpen() throws Exception {
    assertThat(add(KeyOrigin.OLM, now())).isEqualTo(Added.NEW);
    try (Connection connection = lab.db().connect()) {
      assertThat(
              connection
                  .createStatement()
                  .executeUpdate("update ferry.room_key set room_id = '!elsewhere'"))
          .isEqualTo(1);
    }
    assertThatThrownBy(() -> keys.findAnew(new RoomId("!elsewhere"), outbound.sessionId()))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("does not open");
  }
}
