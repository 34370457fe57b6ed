package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LedgerException;
import org.ferry.store.PgInbox;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.store.live.PgLiveTrace;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.TestLab;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bot's rooms on a real Synapse, which pushes nothing here: a test says what came when. */
class BotRoomsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static MatrixLab lab;
  private static LabClient alice;

  private final StoreLab store = new StoreLab();
  private final PgFollowedRooms followed = new PgFollowedRooms(store.database());
  private final PgLiveEvents events = new PgLiveEvents(store.database());
  private final Intent bot = ghost();

  @BeforeAll
  static void open() throws IOException {
    lab = new MatrixLab("bot-rooms", true);
    lab.failing(true);
    alice = lab.synapse().register("alice", TestLab.PASSWORD, false);
  }

  private static Intent ghost() {
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

  private Intake intake() {
    return new Intake(
        events,
        followed,
        new Echo("hs", user -> false, marked -> Set.of()),
        new Signal(),
        new Echoes(Instant::now));
  }

  private BotRooms rooms() {
    return new BotRooms(anybody(), followed, intake());
  }

  /** Nothing is pushed, and the homeserver answers all the same. */
  @Test
  void whatIsNotPushedIsReadSomeLooksLater() {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "public_chat")));
    RoomId unused = bot.memberships().join(room.value(), List.of());
    Intake intake = intake();
    AtomicInteger told = new AtomicInteger();
    Misses misses =
        new Misses(
            new Misses.House(
                new PgInbox(store.database()),
                intake,
                followed,
                new BotRooms(anybody(), followed, intake),
                told::incrementAndGet));
    rooms().catchUp(bot);
    misses.look(bot);
    EventId said = new EventId(alice.say(room.value(), "never pushed"));
    look(misses, Misses.PATIENCE);
    assertThat(events.known(room, List.of(said))).as("it may be on its way").isEmpty();
    misses.look(bot);
    assertThat(events.known(room, List.of(said))).containsExactly(said);
    assertThat(misses.found()).isEqualTo(1);
    EventId unusedToo = new EventId(alice.say(room.value(), "pushed"));
    rooms().catchUp(bot);
    look(misses, Misses.PATIENCE + 1);
    assertThat(misses.found()).as("what came is not missing").isEqualTo(1);
    assertThat(told).hasValue(1);
  }

  private void look(Misses misses, int times) {
    for (int i = 0; i < times; i++) {
      misses.look(bot);
    }
  }

  private AccountOptions anybody() {
    return invited(List.of("*"), List.of("*"));
  }

  private AccountOptions invited(List<String> from, List<String> to) {
    var invites = new AccountOptions.Invites(from, to);
    return new AccountOptions(bot.user(), null, null, null, invites, List.of("*"));
  }

  @Test
  void whoInvitesWhileNothingIsPushedIsAnsweredAllTheSame() {
    BotRooms rooms = rooms();
    rooms.catchUp(bot);
    for (String preset : List.of("private_chat", "public_chat")) {
      String room = alice.createRoom(Json.object().put("preset", preset));
      alice.membership("invite", room, bot.user().value(), "");
      rooms.catchUp(bot);
      assertThat(bot.memberships().joinedRooms()).contains(new RoomId(room));
      assertThat(followed.of(bot.user())).containsKey(new RoomId(room));
    }
  }

  @Test
  void anInvitationIsAcceptedToTheRoomsOfTheRuleAlone() {
    AccountOptions shops = invited(List.of("*"), List.of("Shop *", "#shop-*"));
    RoomId unwanted = invitedTo("Family");
    RoomId wanted = invitedTo("Shop Berlin");
    new BotRooms(shops, followed, intake()).catchUp(bot);
    assertThat(bot.memberships().joinedRooms()).contains(wanted).doesNotContain(unwanted);
    RoomId another = invitedTo("Shop Paris");
    assertThat(new AccountInvitations(shops, bot, new Signal()).round()).isTrue();
    assertThat(bot.memberships().joinedRooms()).contains(another).doesNotContain(unwanted);
    AccountOptions byId = invited(List.of("*"), List.of(unwanted.value()));
    assertThat(new AccountInvitations(byId, bot, new Signal()).round()).isTrue();
    assertThat(bot.memberships().joinedRooms()).contains(unwanted);
  }

  private RoomId invitedTo(String name) {
    String room = alice.createRoom(Json.object().put("preset", "private_chat").put("name", name));
    alice.membership("invite", room, bot.user().value(), "");
    return new RoomId(room);
  }

  /** A homeserver hands over what it kept, of rooms that the bot is not in any more. */
  @Test
  void anOldMembershipStopsNothing() {
    BotRooms rooms = rooms();
    RoomId left = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    for (RoomId room : List.of(left, new RoomId("!purged:" + MatrixLab.DOMAIN))) {
      rooms.membership(bot, joined(room));
      assertThat(followed.follows(bot.user(), room)).isFalse();
    }
    RoomId own = bot.createRoom(Json.object().put("preset", "private_chat"));
    rooms.membership(bot, joined(own));
    assertThat(followed.follows(bot.user(), own)).isTrue();
  }

  private ObjectNode joined(RoomId room) {
    ObjectNode event =
        Json.object()
            .put("room_id", room.value())
            .put("event_id", "$join")
            .put("type", "m.room.member")
            .put("state_key", bot.user().value())
            .put("sender", bot.user().value());
    ObjectNode unused = event.putObject("content").put("membership", "join");
    return event;
  }

  /** What a homeserver lost has its place before what it pushes, also where asking for it fails. */
  @Timeout(120)
  @Test
  void whatWasLostComesBeforeWhatIsPushedAlsoWhereTheHomeserverIsAwayInBetween() throws Exception {
    RoomId room = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    String lost = said(room, "lost");
    ObjectNode pushed = alice.event(room.value(), said(room, "pushed")).deepCopy();
    PgInbox inbox = new PgInbox(store.database());
    assertThat(inbox.store(transaction(pushed.put("room_id", room.value())))).isTrue();
    Transactions taking = new Transactions(inbox, intake(), followed, rooms(), bot.user(), () -> 0);
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      Intent flaky = homeserver.as(bot.user());
      proxy.answer(s -> s.path().contains("/messages"), Integer.MAX_VALUE, 502, Map.of(), "");
      assertThatThrownBy(() -> taking.run(flaky, new Signal()))
          .isInstanceOf(HomeserverFailure.class);
      proxy.heal();
      Thread again = Thread.ofVirtual().start(() -> untilInterrupted(taking, flaky));
      Wait.until(LIMIT, "both", () -> waiting(room).contains(pushed.path("event_id").asText()));
      again.interrupt();
      again.join();
    }
    assertThat(waiting(room)).containsSubsequence(lost, pushed.path("event_id").asText());
  }

  @Test
  void whatCannotBeReadIsCountedAndExplained() throws Exception {
    String deep = "[".repeat(250) + "]".repeat(250);
    for (String bad : List.of("\"a\":" + deep, "\"b\":" + "7".repeat(1001))) {
      String event = "{\"event_id\":\"$bad\",\"room_id\":\"!r:hs\"," + bad + "}";
      assertThat(new PgInbox(store.database()).store(transaction(event))).isTrue();
    }
    PgInbox inbox = new PgInbox(store.database());
    Transactions taking = new Transactions(inbox, intake(), followed, rooms(), bot.user(), () -> 0);
    Thread taker = Thread.ofVirtual().start(() -> untilInterrupted(taking, bot));
    Wait.until(LIMIT, "both", () -> !inbox.waits());
    taker.interrupt();
    taker.join();
    PgLiveTrace trace = new PgLiveTrace(store.database());
    assertThat(trace.figures().quarantined()).isEqualTo(2);
    assertThat(trace.quarantined("$bad"))
        .hasSize(2)
        .allSatisfy(bad -> assertThat(bad.room()).isEqualTo("!r:hs"));
  }

  /** A homeserver forgets old events, and hides those of people who are ignored. */
  @Test
  void aRoomWhoseAnchorIsGoneBringsNothingFromBeforeItWasFollowed() {
    for (Optional<EventId> anchor :
        List.of(Optional.<EventId>empty(), Optional.of(new EventId("$purged")))) {
      RoomId room = bot.createRoom(Json.object().put("preset", "public_chat"));
      String unused = said(room, "before");
      followed.follow(bot.user(), room, anchor.orElse(null));
      String news = alice.say(room.value(), "news");
      assertThat(intake().complete(bot, room, anchor)).isEqualTo(1);
      assertThat(waiting(room)).containsExactly(news);
      assertThat(followed.of(bot.user())).containsEntry(room, Optional.of(new EventId(news)));
    }
  }

  /** A sync tells of an invitation once; the server of who invites is away just then. */
  @Test
  void anInvitationThatCouldNotBeAcceptedIsAcceptedLater() throws Exception {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    alice.membership("invite", room.value(), bot.user().value(), "");
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      Intent flaky = homeserver.as(bot.user());
      proxy.answer(s -> s.path().contains("/join"), Integer.MAX_VALUE, 502, Map.of(), "");
      var nobody = invited(List.of(), List.of("*"));
      assertThat(new AccountInvitations(nobody, flaky, new Signal()).round()).isTrue();
      AccountInvitations invitations = new AccountInvitations(anybody(), flaky, new Signal());
      assertThat(invitations.round()).isFalse();
      assertThat(bot.memberships().joinedRooms()).isEmpty();
      proxy.heal();
      assertThat(invitations.round()).isTrue();
      assertThat(bot.memberships().joinedRooms()).containsExactly(room);
    }
  }

  private static void untilInterrupted(Transactions taking, Intent as) {
    try {
      taking.run(as, new Signal());
    } catch (InterruptedException | LedgerException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> waiting(RoomId room) {
    List<String> ids = new ArrayList<>();
    for (Held held : events.waiting(room, 100)) {
      ids.add(held.event().value());
    }
    return ids;
  }

  private static String said(RoomId room, String words) {
    alice.join(room.value());
    return alice.say(room.value(), words);
  }

  private static Received transaction(ObjectNode event) {
    return transaction(Json.text(event));
  }

  private static Received transaction(String event) {
    return new Received(
        MatrixLab.DOMAIN,
        "1",
        Buffer.buffer("{\"events\":[" + event + "]}"),
        UUID.randomUUID().toString(),
        1,
        0,
        Instant.now(),
        TraceId.fresh());
  }
}
