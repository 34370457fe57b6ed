package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.lab.LabClient;
import org.ferry.live.Received;
import org.ferry.live.Signal;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.events.Echo;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Held;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LedgerException;
import org.ferry.store.PgInbox;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.testing.TestLab;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A real Synapse that pushes nothing: what came when a test says, and the bot's rooms there. */
abstract class BotRoomsStage {
  static final Duration LIMIT = Duration.ofSeconds(30);

  static final Echo NOTHING = new Echo("hs", user -> false, marked -> Set.of());

  static MatrixLab lab;
  static LabClient alice;

  final StoreLab store = new StoreLab();
  final PgFollowedRooms followed = new PgFollowedRooms(store.database());
  final PgLiveEvents events = new PgLiveEvents(store.database());
  final Intent bot = ghost();

  @BeforeAll
  static void open() throws IOException {
    lab = new MatrixLab("bot-rooms", true);
    lab.failing(true);
    alice = lab.synapse().register("alice", TestLab.PASSWORD, false);
  }

  static Intent ghost() {
    return lab.ghost();
  }

  @AfterAll
  static void end() {
    lab.close();
  }

  @AfterEach
  void close() {
    store.close();
  }

  Intake intake() {
    return new Intake(events, followed, NOTHING, new Signal(), new Echoes(Instant::now));
  }

  BotRooms rooms() {
    return new BotRooms(anybody(), followed, intake());
  }

  AccountOptions anybody() {
    return invited(List.of("*"), List.of("*"));
  }

  AccountOptions invited(List<String> from, List<String> to) {
    var invites = new AccountOptions.Invites(from, to);
    return new AccountOptions(bot.user(), null, null, null, invites, List.of("*"));
  }

  RoomId invitedTo(String name) {
    String room = alice.createRoom(Json.object().put("preset", "private_chat").put("name", name));
    alice.membership("invite", room, bot.user().value(), "");
    return new RoomId(room);
  }

  ObjectNode membership(RoomId room, String membership) {
    ObjectNode event =
        Json.object()
            .put("room_id", room.value())
            .put("event_id", "$" + membership)
            .put("type", "m.room.member")
            .put("state_key", bot.user().value())
            .put("sender", bot.user().value());
    ObjectNode unused = event.putObject("content").put("membership", membership);
    return event;
  }

  AccountOptions shops() {
    return new AccountOptions(
        bot.user(),
        null,
        null,
        null,
        new AccountOptions.Invites(List.of("*"), List.of("*")),
        List.of("Shop *"));
  }

  Transactions transactions(Intake intake) {
    BotRooms rooms = new BotRooms(anybody(), followed, intake);
    PgInbox inbox = new PgInbox(store.database());
    return new Transactions(inbox, intake, followed, rooms, bot.user(), () -> 0);
  }

  void sql(String statement) throws SQLException {
    try (var connection = store.db().connect()) {
      boolean unused = connection.createStatement().execute(statement);
    }
  }

  /** Takes up what is pushed and brings what is missing, as {@code Following} does, meanwhile. */
  void working(Intent as, Together.Task meanwhile) throws InterruptedException {
    Intake intake = intake();
    Transactions taking = transactions(intake);
    Gaps gaps = new Gaps(bot.user(), followed, intake, Duration.ofMillis(100));
    List<Thread> threads =
        List.of(
            Thread.ofVirtual().start(() -> untilInterrupted(() -> taking.run(as, new Signal()))),
            Thread.ofVirtual().start(() -> untilInterrupted(() -> gaps.run(as))));
    try {
      meanwhile.run();
    } finally {
      for (Thread thread : threads) {
        thread.interrupt();
        thread.join();
      }
    }
  }

  void push(RoomId room, String event) {
    push(pushed(room, event));
  }

  static ObjectNode pushed(RoomId room, String event) {
    return ((ObjectNode) alice.event(room.value(), event).deepCopy()).put("room_id", room.value());
  }

  void push(ObjectNode... events) {
    Received transaction =
        transaction(Stream.of(events).map(Json::text).collect(Collectors.joining(",")));
    assertThat(new PgInbox(store.database()).store(transaction)).isTrue();
  }

  boolean known(RoomId room, String event) {
    return !events.known(room, List.of(new EventId(event))).isEmpty();
  }

  static void untilInterrupted(Together.Task task) {
    try {
      task.run();
    } catch (InterruptedException | LedgerException e) {
      Thread.currentThread().interrupt();
    }
  }

  List<String> waiting(RoomId room) {
    List<String> ids = new ArrayList<>();
    for (Held held : events.waiting(room, 500)) {
      ids.add(held.event().value());
    }
    return ids;
  }

  static String said(RoomId room, String words) {
    alice.join(room.value());
    return alice.say(room.value(), words);
  }

  static Received transaction(String event) {
    return new Received(
        MatrixLab.DOMAIN,
        UUID.randomUUID().toString(),
        Buffer.buffer("{\"events\":[" + event + "]}"),
        UUID.randomUUID().toString(),
        1,
        0,
        Instant.now(),
        TraceId.fresh());
  }
}
