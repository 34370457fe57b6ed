package org.ferry.live.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.events.Echoes;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixLab;
import org.ferry.matrix.client.SyncRequest;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.LedgerException;
import org.ferry.store.PgInbox;
import org.ferry.store.live.PgLiveTrace;
import org.ferry.testing.HttpFaultProxy;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bot's rooms on a real Synapse, which pushes nothing here: a test says what came when. */
class BotRoomsIT extends BotRoomsStage {
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

  /** A homeserver hands over what it kept, of rooms that the bot is not in any more. */
  @Test
  void anOldMembershipStopsNothing() {
    BotRooms rooms = rooms();
    RoomId left = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    for (RoomId room : List.of(left, new RoomId("!purged:" + MatrixLab.DOMAIN))) {
      assertThat(rooms.membership(bot, joined(room))).isFalse();
      assertThat(followed.follows(bot.user(), room)).isFalse();
    }
    RoomId own = bot.createRoom(Json.object().put("preset", "private_chat"));
    assertThat(rooms.membership(bot, joined(own))).as("first told of it").isTrue();
    assertThat(followed.follows(bot.user(), own)).isTrue();
    assertThat(rooms.membership(bot, joined(own))).as("known by now").isFalse();
  }

  @Test
  void aRoomThatWasMadeForHistoryIsFollowedAndNoNews() {
    ObjectNode request = Json.object().put("preset", "private_chat");
    request.putObject("creation_content").putObject("org.ferry.origin").put("room_id", "!old:x");
    RoomId carried = bot.createRoom(request);
    assertThat(rooms().membership(bot, joined(carried))).isFalse();
    assertThat(followed.follows(bot.user(), carried)).isTrue();
  }

  private ObjectNode joined(RoomId room) {
    return membership(room, "join");
  }

  /** What comes again has had its effect once: the bot is out. */
  @Timeout(120)
  @Test
  void whatWasSaidBeforeTheEndIsKeptThoughTheSameTransactionFailsOnce() throws Exception {
    RoomId room = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    String first = said(room, "first");
    String last = alice.say(room.value(), "last words");
    RoomId next = invitedTo("Shop");
    PgInbox inbox = new PgInbox(store.database());
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      Transactions taking = transactions(intake());
      var failed = new AtomicReference<RuntimeException>();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  taking.run(homeserver.as(bot.user()), new Signal());
                } catch (HomeserverFailure e) {
                  failed.set(e);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      push(room, first);
      Wait.until(LIMIT, "the first", () -> known(room, first) && !inbox.waits());
      int unused = intake().complete(bot, room);
      assertThat(followed.behind(bot.user())).isEmpty();
      sql("delete from ferry.live_event where event = '" + last + "'");
      proxy.answer(s -> true, Integer.MAX_VALUE, 502, Map.of(), "");
      ObjectNode invitation =
          membership(next, "invite").put("sender", "@alice:" + MatrixLab.DOMAIN);
      push(pushed(room, last), membership(room, "leave"), invitation);
      thread.join();
      assertThat(failed.get()).isNotNull();
    }
    assertThat(followed.standing(bot.user(), room)).isEmpty();
    working(bot, () -> Wait.until(LIMIT, "the second time", () -> !inbox.waits()));
    assertThat(followed.follows(bot.user(), next)).isTrue();
    assertThat(waiting(room)).contains(last);
  }

  /** It comes in one transaction with what was said. */
  @Timeout(120)
  @Test
  void nothingIsKeptOfARoomThatIsNotToBeFollowedWhenTheBotIsSentAway() throws Exception {
    RoomId room = invitedTo("Family");
    BotRooms rooms = new BotRooms(shops(), followed, intake());
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.loseRequest(s -> s.path().contains("/state/"), Integer.MAX_VALUE);
      rooms.catchUp(homeserver.as(bot.user()));
    }
    assertThat(followed.triedOut(bot.user())).containsExactly(room);
    push(pushed(room, alice.say(room.value(), "among us")), membership(room, "leave"));
    PgInbox inbox = new PgInbox(store.database());
    Transactions taking = new Transactions(inbox, intake(), followed, rooms, bot.user(), () -> 0);
    Thread thread =
        Thread.ofVirtual().start(() -> untilInterrupted(() -> taking.run(bot, new Signal())));
    Wait.until(LIMIT, "all", () -> !inbox.waits());
    thread.interrupt();
    thread.join();
    assertThat(followed.standing(bot.user(), room)).isEmpty();
    assertThat(store.number("select count(*) from ferry.live_event")).isZero();
  }

  /** Nothing is pushed, and when the room shows what it is the bot is out of it. */
  @Timeout(120)
  @Test
  void whatWasSaidWhileARoomWasTriedOutIsReadThoughTheBotWasSentAway() throws Exception {
    RoomId room = invitedTo("Shop Berlin");
    BotRooms rooms = new BotRooms(shops(), followed, intake());
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.loseRequest(s -> s.path().contains("/state/"), Integer.MAX_VALUE);
      rooms.catchUp(homeserver.as(bot.user()));
    }
    String last = alice.say(room.value(), "last words");
    alice.membership("kick", room.value(), bot.user().value(), "");
    rooms.catchUp(bot);
    int unused = intake().complete(bot, room);
    assertThat(waiting(room)).contains(last);
    assertThat(followed.standing(bot.user(), room)).isEmpty();
  }

  /** What a homeserver lost has its place before what it pushes, also where asking for it fails. */
  @Timeout(120)
  @Test
  void whatWasLostComesBeforeWhatIsPushedAlsoWhereTheHomeserverIsAwayInBetween() throws Exception {
    RoomId room = bot.createRoom(Json.object().put("preset", "public_chat"));
    RoomId other = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    String lost = said(room, "lost");
    String pushed = said(room, "pushed");
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.answer(s -> s.path().contains("/messages"), Integer.MAX_VALUE, 502, Map.of(), "");
      working(
          homeserver.as(bot.user()),
          () -> {
            push(room, pushed);
            Wait.until(
                LIMIT, "both rooms", () -> asked(proxy, room) > 0 && asked(proxy, other) > 0);
            push(other, said(other, "news"));
            // It answers everything else all the time, and shows neither room.
            Wait.until(
                LIMIT, "both again", () -> asked(proxy, room) > 8 && asked(proxy, other) > 8);
            assertThat(known(room, pushed)).as("it is taken up").isTrue();
            assertThat(waiting(other)).as("nothing of the other either").isEmpty();
            assertThat(waiting(room)).as("and waits for what was lost").isEmpty();
            proxy.heal();
            Wait.until(LIMIT, "both", () -> waiting(room).contains(pushed));
          });
    }
    assertThat(waiting(room)).containsSubsequence(lost, pushed);
  }

  /** A homeserver may fail on one room for ever, and work for all others. */
  @Timeout(120)
  @Test
  void aRoomThatTheHomeserverDoesNotShowHoldsNobodyUp() throws Exception {
    RoomId broken = bot.createRoom(Json.object().put("preset", "public_chat"));
    RoomId fine = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    String lost = said(broken, "lost");
    String pushed = said(broken, "pushed");
    String news = said(fine, "news");
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.answer(s -> shows(s, broken), Integer.MAX_VALUE, 500, "{\"errcode\":\"M_UNKNOWN\"}");
      working(
          homeserver.as(bot.user()),
          () -> {
            push(broken, pushed);
            push(fine, news);
            Wait.until(LIMIT, "the others", () -> waiting(fine).contains(news));
            Wait.until(LIMIT, "what is said there", () -> waiting(broken).contains(pushed));
            assertThat(known(broken, lost)).isFalse();
            assertThat(store.number("select count(*) from ferry.followed_room where behind > 0"))
                .isEqualTo(1);
            proxy.heal();
            Wait.until(LIMIT, "what was lost", () -> waiting(broken).contains(lost));
            Wait.until(LIMIT, "no gap", () -> followed.behind(bot.user()).isEmpty());
          });
    }
  }

  /** Whichever of them comes first in the homeserver's list. */
  @Test
  void aRoomThatHangsKeepsNoOtherFromBeingRead() {
    RoomId one = bot.createRoom(Json.object().put("preset", "public_chat"));
    RoomId two = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      for (RoomId broken : List.of(one, two)) {
        RoomId fine = broken.equals(one) ? two : one;
        proxy.loseRequest(s -> shows(s, broken), Integer.MAX_VALUE);
        String news = said(fine, "news");
        rooms().catchUp(homeserver.as(bot.user()));
        assertThat(known(fine, news)).isTrue();
        assertThat(followed.behind(bot.user())).containsKey(broken);
        proxy.heal();
        int unused = intake().complete(bot, broken);
        assertThat(followed.behind(bot.user())).isEmpty();
      }
    }
  }

  /** Who was sent away while Ferry did not run may still read what was said before. */
  @Timeout(120)
  @Test
  void whatWasSaidBeforeTheBotWasSentAwayIsRead() throws Exception {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    alice.membership("invite", room.value(), bot.user().value(), "");
    rooms().catchUp(bot);
    String last = alice.say(room.value(), "last words");
    alice.membership("kick", room.value(), bot.user().value(), "");
    String later = alice.say(room.value(), "among us");
    working(
        bot,
        () -> {
          rooms().catchUp(bot);
          assertThat(followed.of(bot.user())).doesNotContainKey(room);
          Wait.until(LIMIT, "the end", () -> followed.standing(bot.user(), room).isEmpty());
        });
    assertThat(known(room, last)).isTrue();
    assertThat(known(room, later)).isFalse();
    assertThat(waiting(room)).contains(last);
  }

  /** As where Ferry is killed right after the bot came in. */
  @Test
  void whatIsSaidBetweenJoiningAndFollowingIsRead() {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    String before = alice.say(room.value(), "before");
    alice.membership("invite", room.value(), bot.user().value(), "");
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.loseRequest(s -> s.path().contains("/state/"), Integer.MAX_VALUE);
      rooms().catchUp(homeserver.as(bot.user()));
    }
    String first = alice.say(room.value(), "first");
    rooms().catchUp(bot);
    assertThat(known(room, first)).isTrue();
    assertThat(known(room, before)).isFalse();
  }

  /** Whether a room is to be followed its state says, which the homeserver does not show once. */
  @Test
  void aRoomThatIsNotToBeFollowedIsNotFollowedThoughItsStateIsNotShownOnce() throws Exception {
    RoomId unwanted = invitedTo("Family");
    RoomId wanted = invitedTo("Shop Berlin");
    Intake intake = intake();
    BotRooms rooms = new BotRooms(shops(), followed, intake);
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.loseRequest(s -> s.path().contains("/state/"), Integer.MAX_VALUE);
      Intent failing = homeserver.as(bot.user());
      rooms.catchUp(failing);
      String family = alice.say(unwanted.value(), "among us");
      String shop = alice.say(wanted.value(), "news");
      working(
          failing,
          () -> {
            push(unwanted, family);
            push(wanted, shop);
            Wait.until(LIMIT, "both", () -> known(unwanted, family) && known(wanted, shop));
            rooms.catchUp(failing);
          });
      assertThat(waiting(unwanted)).as("nobody knows yet").isEmpty();
      assertThat(waiting(wanted)).as("nobody knows yet").isEmpty();
    }
    rooms.catchUp(bot);
    assertThat(followed.of(bot.user())).containsOnlyKeys(wanted);
    assertThat(waiting(wanted)).isNotEmpty();
    String left = "select count(*) from ferry.live_event where room = '%s'".formatted(unwanted);
    assertThat(store.number(left)).isZero();
    assertThat(followed.triedOut(bot.user())).isEmpty();
  }

  /** Much was said, and reading it breaks off on the way: what was read then is not read again. */
  @Timeout(120)
  @Test
  void aLongGapIsFilledFromItsOldEndInPieces() {
    RoomId room = bot.createRoom(Json.object().put("preset", "public_chat"));
    rooms().catchUp(bot);
    Optional<EventId> anchor = anchor(room);
    alice.join(room.value());
    List<String> said = new ArrayList<>();
    for (int i = 0; i < 105; i++) {
      said.add(alice.say(room.value(), "message " + i));
    }
    Intake single =
        new Intake(events, followed, NOTHING, new Signal(), new Echoes(Instant::now), 1);
    assertThat(single.completeSoon(bot, room)).as("that is left to who has time").isZero();
    assertThat(followed.behind(bot.user())).containsEntry(room, true);
    AtomicInteger asked = new AtomicInteger();
    try (HttpFaultProxy proxy = HttpFaultProxy.to(lab.synapse().baseUrl());
        var homeserver = lab.client(proxy.url(), Duration.ofMillis(500))) {
      proxy.loseRequest(s -> shows(s, room) && asked.incrementAndGet() > 150, Integer.MAX_VALUE);
      assertThatThrownBy(() -> single.complete(homeserver.as(bot.user()), room))
          .isInstanceOf(HomeserverFailure.class);
    }
    assertThat(anchor(room)).isNotEqualTo(anchor);
    assertThat(waiting(room)).as("nothing of a part").isEmpty();
    int rest = single.complete(bot, room);
    assertThat(rest).isBetween(20, 100);
    assertThat(waiting(room).stream().filter(said::contains)).containsExactlyElementsOf(said);
  }

  /** Of an account whose syncs show three events of each room. */
  @Timeout(120)
  @Test
  void whatWasSaidSinceAnAccountJoinedIsReadThoughASyncLeavesItOutAndTheDatabaseFails()
      throws Exception {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    String before = alice.say(room.value(), "before");
    alice.membership("invite", room.value(), bot.user().value(), "");
    ObjectNode begun = bot.sync(few(null));
    RoomId unused = bot.memberships().join(room.value(), List.of());
    List<String> said = sayEight(room);
    ObjectNode joined = bot.sync(few(begun));
    AccountRooms rooms = new AccountRooms(anybody(), followed, intake(), new Signal());
    sql("alter table ferry.live_event rename to away");
    assertThatThrownBy(() -> rooms.take(joined, false)).isInstanceOf(LedgerException.class);
    sql("alter table ferry.away rename to live_event");
    rooms.take(joined, false);
    assertThat(waiting(room)).as("what was left out comes first").isEmpty();
    working(
        bot,
        () -> {
          Wait.until(LIMIT, "no gap", () -> followed.behind(bot.user()).isEmpty());
        });
    assertThat(waiting(room).stream().filter(said::contains)).containsExactlyElementsOf(said);
    assertThat(known(room, before)).isFalse();
  }

  @Timeout(120)
  @Test
  void whatAnAccountsSyncLeavesOutIsReadBesideItAlsoWhereTheAccountHasLeft() throws Exception {
    RoomId room = new RoomId(alice.createRoom(Json.object().put("preset", "private_chat")));
    alice.membership("invite", room.value(), bot.user().value(), "");
    RoomId unused = bot.memberships().join(room.value(), List.of());
    AccountRooms rooms = new AccountRooms(anybody(), followed, intake(), new Signal());
    ObjectNode first = bot.sync(few(null));
    rooms.take(first, true);
    List<String> said = new ArrayList<>(sayEight(room));
    ObjectNode second = bot.sync(few(first));
    rooms.take(second, false);
    said.addAll(sayEight(room));
    alice.membership("kick", room.value(), bot.user().value(), "");
    rooms.take(bot.sync(few(second)), false);
    assertThat(followed.follows(bot.user(), room)).isFalse();
    working(
        bot,
        () -> {
          Wait.until(LIMIT, "the end", () -> followed.standing(bot.user(), room).isEmpty());
        });
    assertThat(waiting(room).stream().filter(said::contains)).containsExactlyElementsOf(said);
  }

  private static List<String> sayEight(RoomId room) {
    return IntStream.range(0, 8).mapToObj(i -> alice.say(room.value(), "message " + i)).toList();
  }

  private static boolean shows(HttpFaultProxy.Seen request, RoomId room) {
    String path = URLDecoder.decode(request.path(), StandardCharsets.UTF_8);
    return path.contains(room.value() + "/messages");
  }

  private static long asked(HttpFaultProxy proxy, RoomId room) {
    return proxy.seen().stream().filter(s -> shows(s, room)).count();
  }

  private Optional<EventId> anchor(RoomId room) {
    return followed.standing(bot.user(), room).orElseThrow().anchor();
  }

  private SyncRequest few(@Nullable ObjectNode before) {
    ObjectNode filter = Filters.rooms();
    ObjectNode unused = filter.withObject("/room/timeline").put("limit", 3);
    String since = before == null ? null : before.path("next_batch").asText();
    return new SyncRequest(since, filter, Duration.ZERO);
  }

  @Test
  void whatCannotBeReadIsCountedAndExplained() throws Exception {
    String deep = "[".repeat(250) + "]".repeat(250);
    for (String bad : List.of("\"a\":" + deep, "\"b\":" + "7".repeat(1001))) {
      String event = "{\"event_id\":\"$bad\",\"room_id\":\"!r:hs\"," + bad + "}";
      assertThat(new PgInbox(store.database()).store(transaction(event))).isTrue();
    }
    PgInbox inbox = new PgInbox(store.database());
    working(
        bot,
        () -> {
          Wait.until(LIMIT, "both", () -> !inbox.waits());
        });
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
      assertThat(intake().complete(bot, room)).isEqualTo(1);
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
}
