package org.ferry.migrate.decrypt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.crypto.vodozemac.MegolmOutbound;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.migrate.rewrite.Opener.Opened;
import org.ferry.migrate.rewrite.Opener.Reason;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What opens and what does not, with sessions of the real library. */
class MegolmOpenerTest {
  private static final RoomId ROOM = new RoomId("!council:old.org");
  private static final RoomId OTHER = new RoomId("!other:old.org");
  private static final UserId ALICE = new UserId("@alice:old.org");

  private final MegolmOutbound alice = MegolmOutbound.create();
  private final Map<String, String> keys = new HashMap<>();
  private final Map<MegolmIndexes.Place, EventId> claimed = new HashMap<>();
  private final List<AutoCloseable> open = new ArrayList<>(List.of(alice));
  private final Map<String, String> exported = new HashMap<>();
  private @Nullable UserId maker;
  private int lent;

  private final MegolmIndexes indexes =
      new MegolmIndexes() {
        @Override
        public EventId claim(long source, Place place, EventId event) {
          return Optional.ofNullable(claimed.putIfAbsent(place, event)).orElse(event);
        }

        @Override
        public Optional<EventId> owner(long source, Place place) {
          return Optional.ofNullable(claimed.get(place));
        }
      };

  private final Decryption decryption = new Decryption(this::find, indexes, 1);
  private final Opener opener = decryption.carrying();

  private Optional<SessionSource.Session> find(RoomId room, String session) {
    String mangled = exported.get(room + " " + session);
    return Optional.ofNullable(mangled == null ? keys.get(room + " " + session) : mangled)
        .map(key -> {
          lent++;
          MegolmInbound inbound =
              mangled == null
                  ? MegolmInbound.fromSessionKey(key)
                  : MegolmInbound.fromExportedKey(key);
          return new SessionSource.Session(
              inbound,
              maker,
              maker != null,
              () -> {
                lent--;
                inbound.close();
              });
        });
  }

  @AfterEach
  void close() throws Exception {
    assertThat(lent).as("sessions not given back").isZero();
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private void giveKey() {
    keys.put(ROOM + " " + alice.sessionId(), alice.sessionKey());
  }

  private String said(String type, String content) {
    return said(ROOM, type, content, "");
  }

  private String said(RoomId room, String type, String content, String more) {
    String payload =
        "{\"room_id\":\"%s\",\"type\":\"%s\",\"content\":%s%s}"
            .formatted(room, type, content, more);
    return alice.encrypt(payload.getBytes(StandardCharsets.UTF_8));
  }

  private Event sealed(String id, String ciphertext) {
    return event(
        id,
        Json.object()
            .put("algorithm", "m.megolm.v1.aes-sha2")
            .put("session_id", alice.sessionId())
            .put("ciphertext", ciphertext));
  }

  private static Event event(String id, ObjectNode content) {
    return event(id, Json.text(content));
  }

  private static Event event(String id, String content) {
    return new Event(
        new EventId(id),
        ROOM,
        ALICE,
        "m.room.encrypted",
        null,
        1_500_000_000_000L,
        7,
        9,
        content,
        null,
        null,
        false);
  }

  private void stays(Event event, Reason reason) {
    assertThat(opener.open(event)).isEqualTo(new Opened.Sealed(reason));
  }

  private Event opens(Event event) {
    Opened opened = opener.open(event);
    assertThat(opened).isInstanceOf(Opened.Clear.class);
    return ((Opened.Clear) opened).event();
  }

  @Test
  void anEventIsAsIfItHadNeverBeenEncrypted() {
    giveKey();
    Event sealed = sealed("$one", said("m.sticker", "{\"body\":\"caf\u00e9 \\u0000\"}"));
    Event clear = opens(sealed);
    assertThat(clear.type()).isEqualTo("m.sticker");
    assertThat(Json.parseObject(clear.content()).path("body").asText()).isEqualTo("café \0");
    assertThat(clear)
        .usingRecursiveComparison()
        .ignoringFields("type", "content")
        .isEqualTo(sealed);
    assertThat(opens(sealed)).as("read again").isEqualTo(clear);
  }

  @Test
  void aRelationIsTakenFromOutsideOnlyWhereThereIsNoneInside() {
    giveKey();
    String outside = "{\"rel_type\":\"m.thread\",\"event_id\":\"$root\"}";
    ObjectNode bare = Json.parseObject(sealed("$a", said("m.room.message", "{}")).content());
    bare.set("m.relates_to", Json.parseObject(outside));
    assertThat(opens(event("$a", bare)).content()).contains("$root");

    String inside = "{\"m.relates_to\":{\"rel_type\":\"m.replace\",\"event_id\":\"$mine\"}}";
    ObjectNode both = Json.parseObject(sealed("$b", said("m.room.message", inside)).content());
    both.set("m.relates_to", Json.parseObject(outside));
    assertThat(opens(event("$b", both)).content()).contains("$mine").doesNotContain("$root");
  }

  @Test
  void withoutAKeyOrBeforeItsBeginningNothingOpens() {
    String first = said("m.room.message", "{}");
    stays(sealed("$one", first), Reason.NO_KEY);
    giveKey();
    stays(sealed("$one", first), Reason.KEY_BEGINS_LATER);
    assertThat(opens(sealed("$two", said("m.room.message", "{}"))).type())
        .isEqualTo("m.room.message");
  }

  @Test
  void aKeyOpensNothingInAnotherRoom() {
    giveKey();
    stays(sealed("$one", said(OTHER, "m.room.message", "{}", "")), Reason.OTHER_ROOM);
    stays(
        sealed(
            "$two",
            alice.encrypt(
                "{\"type\":\"m.room.message\",\"content\":{}}".getBytes(StandardCharsets.UTF_8))),
        Reason.OTHER_ROOM);
    assertThat(claimed).as("what was refused takes no index from what is honest").isEmpty();
  }

  @Test
  void aRepeatedCiphertextBelongsToTheEventThatCameFirst() {
    giveKey();
    String ciphertext = said("m.room.message", "{\"body\":\"pay Mallory\"}");
    Event honest = opens(sealed("$first", ciphertext));
    stays(sealed("$again", ciphertext), Reason.REPEATED);
    assertThat(opens(sealed("$first", ciphertext))).isEqualTo(honest);
    assertThat(decryption.looking().open(sealed("$again", ciphertext)))
        .isEqualTo(new Opened.Sealed(Reason.REPEATED));
  }

  @Test
  void whoOnlyLooksWritesNothingAndSeesRepetitionsAllTheSame() {
    giveKey();
    String ciphertext = said("m.room.message", "{}");
    Opener looking = decryption.looking();
    assertThat(looking.open(sealed("$first", ciphertext))).isInstanceOf(Opened.Clear.class);
    assertThat(looking.open(sealed("$again", ciphertext)))
        .isEqualTo(new Opened.Sealed(Reason.REPEATED));
    assertThat(claimed).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m.room.encrypted",
        "m.room.redaction",
        "m.room.member",
        "m.room.power_levels",
        "m.room_key",
        "m.forwarded_room_key",
        "m.secret.send",
        ""
      })
  void whatIsNoMessageIsNotActedUpon(String type) {
    giveKey();
    stays(sealed("$one", said(type, "{}")), Reason.NO_MESSAGE);
  }

  @Test
  void encryptedStateAndWhatIsNoJsonIsNoMessage() {
    giveKey();
    stays(
        sealed("$one", said(ROOM, "m.room.message", "{}", ",\"state_key\":\"\"")),
        Reason.NO_MESSAGE);
    stays(sealed("$two", said("m.room.message", "\"text\"")), Reason.NO_MESSAGE);
    stays(sealed("$three", alice.encrypt(new byte[] {0, (byte) 0xff})), Reason.NO_MESSAGE);
  }

  @Test
  void noChangedBitOpensAndTheNextHonestMessageDoes() {
    giveKey();
    String ciphertext = said("m.room.message", "{\"body\":\"as it was said\"}");
    int refused = 0;
    for (int i = 0; i < ciphertext.length(); i++) {
      char other = ciphertext.charAt(i) == 'A' ? 'B' : 'A';
      String changed = ciphertext.substring(0, i) + other + ciphertext.substring(i + 1);
      // The last letter has bits that stand for nothing.
      boolean same =
          java.util.Arrays.equals(
              java.util.Base64.getDecoder().decode(changed),
              java.util.Base64.getDecoder().decode(ciphertext));
      refused += same || opener.open(sealed("$forged", changed)) instanceof Opened.Sealed ? 1 : 0;
    }
    assertThat(refused).isEqualTo(ciphertext.length());
    assertThat(opens(sealed("$honest", ciphertext)).content()).contains("as it was said");
  }

  /** As live: the right key may come, and what its maker gave is the right one. */
  @Test
  void aKeyThatNobodyVouchesForMayBeTheWrongOne() {
    String session = alice.sessionId();
    String key;
    try (MegolmInbound inbound = MegolmInbound.fromSessionKey(alice.sessionKey())) {
      byte[] raw = java.util.Base64.getDecoder().decode(inbound.exportAtFirstKnownIndex());
      // The ratchet of another, under the session's own id: nobody signs an export.
      raw[40] ^= 1;
      key = java.util.Base64.getEncoder().withoutPadding().encodeToString(raw);
    }
    exported.put(ROOM + " " + session, key);
    Event sealed = sealed("$mac", said("m.room.message", "{}"));
    stays(sealed, Reason.NO_KEY);
    maker = ALICE;
    stays(sealed, Reason.DAMAGED);
  }

  @Test
  void whatIsNoMegolmEventSaysSo() {
    giveKey();
    stays(event("$a", "no JSON"), Reason.DAMAGED);
    stays(event("$b", "{}"), Reason.UNKNOWN_ALGORITHM);
    stays(
        event("$c", "{\"algorithm\":\"m.olm.v1.curve25519-aes-sha2\"}"), Reason.UNKNOWN_ALGORITHM);
    stays(event("$d", "{\"algorithm\":\"m.megolm.v1.aes-sha2\",\"session_id\":7}"), Reason.DAMAGED);
    stays(sealed("$e", ""), Reason.DAMAGED);
    stays(sealed("$f", "\0\uffff"), Reason.DAMAGED);
  }

  @Test
  void aKeyThatIsAnotherPersonsIsNoted() {
    giveKey();
    maker = new UserId("@mallory:old.org");
    assertThat(opener.open(sealed("$one", said("m.room.message", "{}"))))
        .isInstanceOfSatisfying(Opened.Clear.class, c -> assertThat(c.othersKey()).isTrue());
    maker = ALICE;
    assertThat(opener.open(sealed("$two", said("m.room.message", "{}"))))
        .isInstanceOfSatisfying(Opened.Clear.class, c -> assertThat(c.othersKey()).isFalse());
  }

  @Test
  void theCoverOfARoomIsCountedWithoutOpeningAnything() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 130; i++) {
      events.add(sealed("$early" + i, said("m.room.message", "{}")));
    }
    giveKey();
    for (int i = 0; i < 200; i++) {
      events.add(sealed("$late" + i, said("m.room.message", "{}")));
    }
    events.add(event("$other", "{\"session_id\":\"unknown\",\"ciphertext\":\"AwgA\"}"));
    assertThat(decryption.cover(ROOM, events.stream()))
        .isEqualTo(new Decryption.Cover(331, 200, 2, 1));
    assertThat(decryption.cover(OTHER, Stream.of())).isEqualTo(Decryption.Cover.NONE);
    assertThat(claimed).isEmpty();
  }
}
