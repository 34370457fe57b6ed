package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Received;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.Settled;
import org.ferry.model.Event;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was forgotten is in no dump of the database, and no later load brings it back. */
class ForgetIT {
  private static final int CANARIES = 1_000;
  private static final RoomId ROOM = MadeSource.ROOM;
  private static final UserId BOB = new UserId("@bob:old");

  private final StoreLab lab = new StoreLab();

  @AfterEach
  void close() {
    lab.close();
  }

  private static MadeSource source() {
    MadeSource source = MadeSource.withMessages("old", 0);
    source.people.add(MadeSource.person(BOB, "Bob"));
    source.events.add(
        MadeSource.state("$topic", ROOM, "m.room.topic", "", 2, "{\"topic\":\"canary topic\"}"));
    source.events.add(
        MadeSource.state(
            "$join",
            ROOM,
            "m.room.member",
            BOB.value(),
            3,
            "{\"membership\":\"join\",\"displayname\":\"canary name\"}"));
    for (int i = 0; i < CANARIES; i++) {
      source.events.add(
          MadeSource.message(
              "$c" + i, ROOM, 10 + i, "{\"body\":\"canary %d \\u0000 é\"}".formatted(i)));
    }
    return source;
  }

  private static Event by(UserId sender, Event event) {
    return new Event(
        event.id(),
        event.room(),
        sender,
        event.type(),
        event.stateKey(),
        event.ts(),
        event.depth(),
        event.stream(),
        event.content(),
        event.redacts(),
        event.redactedBy(),
        event.current());
  }

  private long crossing(MadeSource source) {
    long id = lab.sources.load(source, p -> {}).id();
    long crossing = lab.crossings.open(id, "new", new RoomId("!space:new")).id();
    List<LedgerEvent> taken = lab.crossings.take(crossing, ROOM, null, 500);
    lab.crossings
        .settle(
            crossing,
            taken.stream()
                .map(e ->
                    new Settled(
                        e.key(),
                        EventState.CARRIED,
                        new EventId("$to-" + e.event().id().value()),
                        null,
                        false,
                        null))
                .toList())
        .join();
    return crossing;
  }

  /** The whole database as text: what a backup holds, unpacked. */
  private String dump() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Saving saving = lab.database.saving()) {
      assertThat(saving.save(bytes, "test", t -> {})).isPositive();
    }
    InputStream in = new ByteArrayInputStream(bytes.toByteArray());
    assertThat(in.readNBytes("ferry-backup 1\n".length())).asString().startsWith("ferry-backup");
    return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void noneOfAThousandCanariesIsInADumpAndTheMappingStays() throws IOException {
    long crossing = crossing(source());
    boolean unused =
        new PgInbox(lab.database)
            .store(
                new Received(
                    "new",
                    "t1",
                    Buffer.buffer("canary live"),
                    "h",
                    1,
                    0,
                    Instant.EPOCH,
                    TraceId.fresh()));
    lab.crossings.note(
        crossing,
        "plan",
        "{\"text\":\"people:\\n  - {id: \\\"@bob:old\\\", name: \\\"canary \\\\\\\"Bob\\\\\\\"\\\", action: ghost}\\nrooms:\\n  - id: \\\"!room:old\\\"\\n    name: \\\"canary room\\\"\\n\"}");
    lab.crossings
        .undo()
        .snapshot(
            crossing,
            ROOM,
            new RoomId("!there:new"),
            "{\"anchor\":\"$a\",\"state\":[{\"type\":\"m.room.topic\",\"key\":\"\",\"content\":{\"topic\":\"canary\"}}]}");
    assertThat(dump()).contains("canary 0 ", "canary 999 ", "canary topic", "canary room");
    try (Forgetting forgetting = lab.database.forgetting()) {
      assertThat(forgetting.content()).isEqualTo(CANARIES + 3);
    }
    assertThat(dump()).doesNotContain("canary").contains("$to-$c1", "@bob:old", "$a");
    assertThat(lab.crossings.fate(crossing, new EventId("$c1")).orElseThrow().target())
        .isEqualTo(new EventId("$to-$c1"));
    assertThat(content("$join")).contains("\"membership\":\"join\"", "org.ferry.forgotten");
    assertThat(lab.sources.forgotten(1)).isEqualTo(CANARIES + 3);
  }

  private String content(String event) {
    return lab.sources.event(1, new EventId(event)).orElseThrow().content();
  }

  @Test
  void aLaterLoadBringsTextsBackOnlyWhereThatWasAsked() throws IOException {
    long unused = crossing(source());
    try (Forgetting forgetting = lab.database.forgetting()) {
      assertThat(forgetting.content()).isPositive();
    }
    MadeSource newer = source();
    newer.events.add(MadeSource.message("$new", ROOM, 5_000, "{\"body\":\"after that\"}"));
    assertThat(lab.sources.load(newer, p -> {}).id()).isEqualTo(1);
    assertThat(dump()).doesNotContain("canary").contains("after that");
    MadeSource broken =
        source()
            .betweenEvents(() -> {
              throw new IllegalStateException("cut off");
            });
    assertThatThrownBy(() -> lab.sources.load(broken, true, p -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(lab.sources.forgotten(1)).as("nothing was loaded").isPositive();
    assertThat(lab.sources.load(newer, true, p -> {}).id()).isEqualTo(1);
    assertThat(dump()).contains("canary 0 ", "canary 999 ", "canary topic");
    assertThat(lab.sources.forgotten(1)).isZero();
  }

  @Test
  void anErasedPersonIsInNoRowAndDoesNotComeBack() throws IOException {
    MadeSource source = source();
    source.events.add(by(BOB, MadeSource.message("$bob", ROOM, 4, "{\"body\":\"what bob said\"}")));
    source.events.add(
        MadeSource.message(
            "$reply", ROOM, 5_000, "{\"body\":\"> <@bob:old> what bob said\\n\\nno\"}"));
    source.events.add(MadeSource.message("$of", ROOM, 5_001, "{\"body\":\"ask @bob:old\"}"));
    long crossing = crossing(source);
    lab.crossings.person(
        crossing, new CarriedPerson(BOB, new UserId("@old_bob:new"), "ready", "FERRY", null, null));
    try (Forgetting forgetting = lab.database.forgetting()) {
      assertThat(forgetting.user(new UserId("@old_bob:new"))).isPositive();
    }
    gone();
    assertThat(dump()).contains("canary 0 ", "ask @erased-");
    long events = lab.number("select count(*) from ferry.event");
    source.events.add(MadeSource.message("$more", ROOM, 6_000, "{\"body\":\"more\"}"));
    source.events.add(
        by(BOB, MadeSource.message("$late", ROOM, 6_001, "{\"body\":\"what bob said later\"}")));
    assertThat(lab.sources.load(source, p -> {}).id()).isEqualTo(1);
    gone();
    assertThat(lab.number("select count(*) from ferry.event")).isEqualTo(events + 2);
    assertThat(content("$more")).contains("more");
  }

  private void gone() throws IOException {
    assertThat(dump()).doesNotContain("@bob:old", "@old_bob:new", "what bob said", "canary name");
  }

  /** Who owns the database need not be its server's administrator. */
  @Test
  void anOrdinaryUserOfTheServerForgetsToo() throws Exception {
    TestPostgres.Db db = TestPostgres.freshDatabase();
    String user = "ferry_of_forgetting";
    try (var connection = db.connect();
        var admin = connection.createStatement()) {
      boolean unused =
          admin.execute(
              "create role %1$s login password 'only-here'; alter database %2$s owner to %1$s"
                  .formatted(user, db.database()));
      DatabaseUrl url =
          new DatabaseUrl(
              db.host(),
              db.port(),
              db.database(),
              user,
              Secret.of("only-here"),
              TlsMode.PREFER,
              null);
      Vertx vertx = Vertx.vertx();
      try (Database database =
          Database.open(vertx, new DatabaseOptions(url, 4, Duration.ofSeconds(5)), n -> {})) {
        var unusedSource = new PgSourceLedger(database).load(source(), true, p -> {});
        try (Forgetting forgetting = database.forgetting()) {
          assertThat(forgetting.content()).isGreaterThan(CANARIES);
        }
      } finally {
        vertx.close().await();
        unused = admin.execute("reassign owned by %1$s to current_user".formatted(user));
        unused = admin.execute("drop owned by %1$s; drop role %1$s".formatted(user));
      }
    }
  }
}
