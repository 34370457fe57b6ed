package org.ferry.live.sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.ferry.crypto.DeviceRef;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.events.Echoes;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.Shapes;
import org.ferry.live.sync.Doors;
import org.ferry.live.sync.Duty;
import org.ferry.live.sync.Following;
import org.ferry.live.sync.Keyless;
import org.ferry.live.sync.Machine;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgIdentities;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.sending.PgLetters;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages that cannot be sent, in a real PostgreSQL. */
class PostmanIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final UserId BOT = new UserId("@ferrybot:hs");
  private static final UserId ANNA = new UserId("@old_anna:hs");
  private static final UserId BERTA = new UserId("@old_berta:hs");

  private final StoreLab lab = new StoreLab();
  private final PgLetters letters = new PgLetters(lab.database());
  private final PgMessages messages = new PgMessages(lab.database());

  @AfterEach
  void close() {
    lab.close();
  }

  private static Outgoing out(UserId as, String room, String key) {
    return new Outgoing(
        as,
        new RoomId(room),
        "m.room.message",
        Json.object()
            .put("msgtype", "m.text")
            .put("body", "words")
            .put("org.ferry.client_ref", "ref"),
        key);
  }

  private Letter posted(UserId as, String room, String key) {
    return letters.post(out(as, room, key), "txn " + key).letter();
  }

  private List<String> due(Set<RoomId> except) {
    return letters.due(except, 3, 10).stream().map(l -> l.out().key()).toList();
  }

  @Test
  void aRoomWithManyMessagesDoesNotHoldUpTheOthers() {
    for (int i = 0; i < 30; i++) {
      Letter unused = posted(i % 2 == 0 ? ANNA : BERTA, "!many:hs", "m" + i);
    }
    Letter unused = posted(ANNA, "!few:hs", "f");
    assertThat(due(Set.of())).containsExactly("m0", "m1", "m2", "f");
    assertThat(due(Set.of(new RoomId("!many:hs")))).containsExactly("f");
    letters.later(letters.find("m0").orElseThrow().pk(), Duration.ofHours(1), "why");
    assertThat(due(Set.of())).as("Anna's wait in this room").containsExactly("m1", "m3", "m5", "f");
  }

  @Test
  void whatTellsMessagesApartTellsNobodyWhatTheySaidAndIsForgotten() throws Exception {
    Letter letter = posted(ANNA, "!r:hs", "k");
    String hash = lab.text("select hash from ferry.outgoing");
    try (StoreLab other = StoreLab.fromNothing()) {
      var unused = new PgLetters(other.database()).post(out(ANNA, "!r:hs", "k"), "txn k");
      assertThat(other.text("select hash from ferry.outgoing")).isNotEqualTo(hash);
    }
    assertThatThrownBy(() -> posted(BERTA, "!r:hs", "k")).isInstanceOf(KeyReused.class);
    letters.sent(letter.pk(), new EventId("$e"));
    try (var forgetting = lab.database().forgetting()) {
      var unused = forgetting.content();
    }
    assertThat(lab.text("select hash || content from ferry.outgoing")).isEmpty();
    assertThat(posted(ANNA, "!r:hs", "k").event()).isEqualTo(new EventId("$e"));
    assertThatThrownBy(() -> posted(BERTA, "!r:hs", "k")).isInstanceOf(KeyReused.class);
  }

  /** One that is stuck, whatever with, waits; one that is refused is told of, once. */
  @Test
  void whatMayPassWaitsAndWhatIsRefusedIsToldOnce() throws Exception {
    UserId clara = new UserId("@old_clara:hs");
    Map<String, RuntimeException> ways =
        Map.of(
            "send !a:hs", new IllegalStateException("a table of the database"),
            "send !b:hs", refusal(502, ""),
            "send !c:hs", refusal(403, "M_FORBIDDEN"));
    Postbox box = new Postbox(letters, InstantSource.system(), Duration.ofSeconds(1));
    Thread postman = Thread.ofVirtual().start(() -> run(box, ways));
    try {
      assertThatThrownBy(() -> box.send(out(ANNA, "!a:hs", "a"))).isInstanceOf(NotYet.class);
      assertThatThrownBy(() -> box.send(out(BERTA, "!b:hs", "b"))).isInstanceOf(NotYet.class);
      Postbox patient = new Postbox(letters, InstantSource.system(), LIMIT);
      assertThatThrownBy(() -> patient.send(out(clara, "!c:hs", "c")))
          .isInstanceOf(MatrixException.class);
      Wait.until(LIMIT, "why it waits", () -> !detail("a").isEmpty() && !detail("b").isEmpty());
      assertThat(detail("a"))
          .contains("nobody foresaw", "the log of Ferry says more")
          .doesNotContain("a table of the database");
      assertThat(detail("b")).contains("502");
      assertThat(postman.isAlive()).isTrue();
    } finally {
      postman.interrupt();
      postman.join();
    }
    Letter failed = letters.find("c").orElseThrow();
    letters.failed(
        failed.pk(),
        Objects.requireNonNull(failed.refusal()),
        Regret.of(failed, Objects.requireNonNull(failed.refusal()), null),
        failed.posted());
    List<LiveMessage> told = messages.after(0, 10);
    assertThat(told).hasSize(1);
    Shapes.check(told.getFirst());
    assertThat(told.getFirst().data().path("client_ref").asText()).isEqualTo("ref");
    assertThat(told.getFirst().data().path("reason").asText()).contains("403 M_FORBIDDEN");
  }

  private String detail(String key) {
    return letters.find(key).orElseThrow().detail();
  }

  private static MatrixException refusal(int status, String errcode) {
    return new MatrixException("PUT", "/x", status, errcode, "no", Optional.empty());
  }

  @Test
  void aRedactionNamesWhatItTakesBack() {
    Postbox box = new Postbox(letters, InstantSource.system(), Duration.ofSeconds(1));
    Outgoing nothing =
        new Outgoing(ANNA, new RoomId("!r:hs"), Outgoing.REDACTION, Json.object(), "k");
    assertThatThrownBy(() -> box.send(nothing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("redacts");
    assertThat(letters.find("k")).isEmpty();
  }

  /** A postman whose ways out fail, each room's in its own way. */
  private void run(Postbox box, Map<String, RuntimeException> ways) {
    PgIdentities identities = new PgIdentities(lab.database(), null);
    Company company = new Company("hs", BOT, List.of(), user -> !user.equals(BOT));
    Postman postman =
        new Postman(
            letters,
            box,
            company,
            new Following.Ways(new Blocked(ways), null),
            identities,
            new PgRoomCards(lab.database()),
            InstantSource.system());
    try {
      postman.run(new Term());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fails with the failure of the room whose message is being sent. */
  private record Blocked(Map<String, RuntimeException> ways) implements Doors {
    @Override
    public Homeserver service() {
      throw Objects.requireNonNull(ways.get(Thread.currentThread().getName()));
    }

    @Override
    public Homeserver personal(UserId user, Secret token) {
      throw new AssertionError("nobody has a token");
    }

    @Override
    public Homeserver anonymous(UserId user) {
      throw new AssertionError("nobody logs in");
    }
  }

  private record Term() implements Duty.Lead {
    @Override
    public long epoch() {
      return 1;
    }

    @Override
    public Signal released() {
      return new Signal();
    }

    @Override
    public Echoes echoes() {
      return new Echoes(() -> java.time.Instant.EPOCH);
    }

    @Override
    public Keyless keyless() {
      return new Keyless();
    }

    @Override
    public Optional<Machine> machine(DeviceRef device) {
      return Optional.empty();
    }

    @Override
    public Optional<Intent> acting(UserId user) {
      return Optional.empty();
    }
  }
}
