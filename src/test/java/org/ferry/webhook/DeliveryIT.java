package org.ferry.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.ferry.id.UserId;
import org.ferry.store.Forgetting;
import org.ferry.testing.Tier;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Deliveries from a real database to real receivers on loopback. */
class DeliveryIT {
  private final Depot depot = new Depot();
  private final Receiver receiver = new Receiver(depot.vertx);

  @AfterEach
  void close() {
    depot.close();
    assertThat(receiver.refused()).isEmpty();
  }

  private Endpoint shop() {
    return depot.endpoint("shop", receiver.url(), "beginning");
  }

  private void waitFor(int posts) {
    Wait.until(
        Duration.ofSeconds(60),
        posts + " posts, there are " + receiver.got().size(),
        () -> receiver.got().size() >= posts);
  }

  private void tell(int rooms, int each) {
    for (int i = 1; i <= each; i++) {
      for (int r = 1; r <= rooms; r++) {
        depot.tell("!r" + r, "m" + i);
      }
    }
  }

  /** The numbers of each room in the order of arrival, of what was taken. */
  private static Map<String, List<Long>> orders(List<Receiver.Got> got) {
    return got.stream()
        .collect(
            Collectors.groupingBy(
                Receiver.Got::room, Collectors.mapping(Receiver.Got::seq, Collectors.toList())));
  }

  private static List<Long> upTo(long n) {
    return LongStream.rangeClosed(1, n).boxed().toList();
  }

  /** W-11: order and numbers without gaps in each room; D-14: a clean restart repeats nothing. */
  @Test
  void everyRoomInItsOrderEachOnceAlsoThroughCleanRestarts() {
    int each = Tier.Count.DELIVERED_MESSAGES.now() / 20;
    tell(20, each);
    Dispatcher first = depot.start(shop());
    depot.start(shop());
    waitFor(each * 3);
    first.close();
    depot.start(shop());
    waitFor(each * 20);
    Wait.until(() -> depot.standing("shop").delivered() == each * 20L);
    assertThat(receiver.got()).hasSize(each * 20);
    assertThat(orders(receiver.got()))
        .hasSize(20)
        .allSatisfy((r, n) -> assertThat(n).isEqualTo(upTo(each)));
    assertThat(receiver.got()).extracting(Receiver.Got::id).doesNotHaveDuplicates();
    assertThat(receiver.got()).noneMatch(g -> g.headers().containsKey("ferry-repeat"));
    assertThat(receiver.got().getFirst().json().fieldNames())
        .toIterable()
        .containsExactly("type", "timestamp", "data");
  }

  /** W-03, W-11. */
  @Test
  void aRoomThatFailsHoldsUpOnlyItself() {
    AtomicInteger failures = new AtomicInteger();
    receiver.answers(g -> g.room().equals("!r7") && failures.getAndIncrement() < 3 ? 500 : 200);
    tell(10, 5);
    depot.start(shop());
    waitFor(46);
    assertThat(orders(receiver.got()).get("!r7")).containsExactly(1L);
    tried("$7", 1);
    Wait.until(() -> depot.standing("shop").waiting() == 5);
    int attempt = 1;
    for (Duration pause : List.of(Duration.ofSeconds(5), Duration.ofMinutes(5))) {
      depot.pass(pause.minusMillis(1));
      depot.pass(Duration.ofMillis(1));
      tried("$7", ++attempt);
      assertThat(depot.standing("shop").waiting()).isEqualTo(5);
    }
    depot.pass(Duration.ofMinutes(30));
    waitFor(48 + 5);
    List<Receiver.Got> seven = receiver.got().stream().filter(g -> g.room().equals("!r7")).toList();
    assertThat(seven).extracting(Receiver.Got::seq).containsExactly(1L, 1L, 1L, 1L, 2L, 3L, 4L, 5L);
    List<Receiver.Got> same = seven.subList(0, 4);
    assertThat(same.stream().map(Receiver.Got::id).distinct()).hasSize(1);
    assertThat(same.stream().map(Receiver.Got::body).distinct()).hasSize(1);
    assertThat(same.stream().map(g -> g.headers().get("webhook-timestamp")).distinct()).hasSize(4);
    assertThat(same)
        .extracting(g -> g.headers().get("ferry-attempt"))
        .containsExactly("1", "2", "3", "4");
    assertThat(seven.get(3).headers()).containsEntry("ferry-repeat", "true");
    assertThat(seven.get(4).headers()).doesNotContainKey("ferry-repeat");
  }

  /** Until so many attempts are written down, and when the next one is due. */
  private void tried(String event, int attempts) {
    Instant due = depot.now().plus(Schedule.PAUSES.get(attempts)).truncatedTo(ChronoUnit.MICROS);
    Wait.until(() ->
        depot.desk.about(event).stream()
            .anyMatch(d -> d.attempts() == attempts && due.equals(d.due())));
  }

  /** W-05: the table of pauses, then a dead letter that says everything. */
  @Test
  void afterTenAttemptsItIsGivenUpWithEveryReason() {
    receiver.answers(g -> g.seq() == 1 ? 503 : 200);
    depot.tell("!a", "first");
    depot.tell("!a", "second");
    depot.start(shop());
    for (int attempt = 1; attempt < 10; attempt++) {
      tried("$1", attempt);
      depot.pass(Schedule.PAUSES.get(attempt).plusMillis(1));
    }
    waitFor(11);
    Wait.until(() -> depot.standing("shop").failed() == 1);
    Desk.Dossier dead = depot.desk.failed("shop", 10).getFirst();
    assertThat(dead.attempts()).isEqualTo(10);
    assertThat(dead.log()).hasSize(10).allMatch(l -> l.endsWith("answered 503"));
    assertThat(receiver.got().getLast().seq()).isEqualTo(2);
  }

  /** W-06: the others of the endpoint wait too. */
  @Test
  void aPauseThatTheReceiverAsksForHoldsForTheWholeEndpoint() {
    receiver.answers(g -> receiver.got().isEmpty() ? 429 : 200);
    receiver.extra(r -> {
      var unused = r.response().putHeader("retry-after", "120");
    });
    depot.tell("!a", "first");
    depot.start(shop());
    waitFor(1);
    Wait.until(() -> depot.standing("shop").lastError() != null);
    depot.tell("!b", "other");
    depot.pass(Duration.ofSeconds(60));
    Wait.until(() -> depot.standing("shop").waiting() == 2);
    depot.pass(Duration.ofSeconds(59));
    assertThat(
            depot.outbox.claim(
                depot.desk.key("shop").orElseThrow(), "x", depot.now(), Duration.ZERO, 9))
        .isEmpty();
    assertThat(receiver.got()).hasSize(1);
    depot.pass(Duration.ofSeconds(2));
    waitFor(3);
  }

  /** W-07, W-08. */
  @Test
  void goneSwitchesOffAtOnceAndEnablingGoesOnWithTheOldest() {
    receiver.answers(g -> 410);
    tell(1, 3);
    depot.start(shop());
    Wait.until(() -> depot.desk.standings().stream().anyMatch(s -> !s.on()));
    assertThat(depot.standing("shop").reason()).isEqualTo("the receiver answered 410 Gone");
    depot.tell("!r1", "later");
    Wait.until(() -> depot.standing("shop").waiting() == 4);
    assertThat(receiver.got()).hasSize(1);
    receiver.answers(g -> 200);
    assertThat(depot.desk.enable("nobody")).isFalse();
    assertThat(depot.desk.enable("shop")).isTrue();
    depot.pass(Duration.ofMillis(1));
    waitFor(5);
    assertThat(orders(receiver.got()).get("!r1")).containsExactly(1L, 1L, 2L, 3L, 4L);
  }

  /** W-08. */
  @Test
  void fiveDaysOfFailureSwitchOffButOneSuccessEachDayDoesNot() {
    receiver.answers(g -> g.room().equals("!good") ? 200 : 500);
    depot.tell("!bad", "x");
    depot.start(shop());
    for (int day = 1; day <= 7; day++) {
      depot.pass(Duration.ofHours(23));
      depot.tell("!bad" + day, "fails");
      depot.tell("!good", "once a day");
      depot.pass(Duration.ofHours(1));
      long n = day;
      Wait.until(() -> depot.standing("shop").delivered() == n);
    }
    assertThat(depot.standing("shop").on()).isTrue();
    receiver.answers(g -> 500);
    for (int day = 1; day <= 7; day++) {
      depot.pass(Duration.ofHours(24));
      depot.tell("!bad" + day, "fails again");
      String event = depot.tell("!new" + day, "fails");
      Wait.until(() ->
          !depot.standing("shop").on()
              || depot.desk.about(event).stream().anyMatch(d -> d.attempts() > 0));
    }
    Wait.until(() -> !depot.standing("shop").on());
    assertThat(depot.standing("shop").reason()).startsWith("every attempt failed since ");
    assertThat(depot.standing("shop").waiting()).isPositive();
  }

  /** W-09. */
  @Test
  void replayBringsDeadLettersAndDeliveredOnesAgainUnderTheirIds() {
    receiver.answers(g -> g.seq() == 2 ? 500 : 200);
    tell(2, 3);
    depot.start(shop());
    for (int attempt = 1; attempt < 10; attempt++) {
      tried("$3", attempt);
      tried("$4", attempt);
      depot.pass(Schedule.PAUSES.get(attempt).plusMillis(1));
    }
    Wait.until(() -> depot.standing("shop").failed() == 2);
    Wait.until(() -> depot.standing("shop").waiting() == 0);
    Map<String, String> ids = new HashMap<>();
    receiver.got().forEach(g -> ids.put(g.room() + g.seq(), g.id()));
    int before = receiver.got().size();
    receiver.answers(g -> 200);
    Desk.Replayed again = depot.desk.replay("shop", Instant.EPOCH, "!r1");
    assertThat(again).isEqualTo(new Desk.Replayed(3, 0));
    // What waits is not chosen again: the same after a commit whose answer was lost.
    assertThat(depot.desk.replay("shop", Instant.EPOCH, "!r1")).isEqualTo(new Desk.Replayed(0, 0));
    depot.pass(Duration.ofMillis(1));
    waitFor(before + 3);
    List<Receiver.Got> replayed = receiver.got().subList(before, before + 3);
    assertThat(replayed).extracting(Receiver.Got::seq).containsExactly(1L, 2L, 3L);
    assertThat(replayed)
        .allSatisfy(g -> {
          assertThat(g.id()).isEqualTo(ids.get(g.room() + g.seq()));
          assertThat(g.headers()).containsEntry("ferry-replay", "true");
        });
    assertThat(depot.desk.failed(null, 10)).hasSize(1);
    assertThat(depot.desk.replay("shop", depot.now(), null)).isEqualTo(new Desk.Replayed(0, 0));
  }

  /** D-10: whoever was overtaken writes nothing, and what it may have sent is marked. */
  @Test
  void aLeaseThatEndsPassesTheLaneOnAndFencesTheOldHolder() {
    tell(1, 3);
    Dispatcher filling = depot.start(depot.endpoint("shop", "http://127.0.0.1:1/", "beginning"));
    Wait.until(() -> depot.desk.standings().stream().anyMatch(s -> s.lastError() != null));
    filling.close();
    int key = depot.desk.key("shop").orElseThrow();
    Instant later = depot.now().plusSeconds(60);
    Lane slow = depot.outbox.claim(key, "slow", later, Duration.ZERO, 9).getFirst();
    Delivery sent = depot.outbox.next(List.of(slow), later, Duration.ZERO, 1).getFirst();
    Lane quick = depot.outbox.claim(key, "quick", later, Duration.ofMinutes(1), 9).getFirst();
    assertThat(quick.epoch()).isGreaterThan(slow.epoch());
    assertThat(quick.handed()).isEqualTo(sent.place());
    assertThat(depot.outbox.claim(key, "third", later, Duration.ofMinutes(1), 9)).isEmpty();
    var unused = depot.outbox.settle(List.of(new Outcome.Taken(slow, 1, 2, later, 200)));
    assertThat(depot.standing("shop").delivered()).isZero();
    assertThat(depot.outbox.next(List.of(slow), later, Duration.ofMinutes(1), 9)).isEmpty();
    unused =
        depot.outbox.settle(
            List.of(
                new Outcome.Taken(quick, 1, 2, later, 200), new Outcome.Released(quick, later, 1)));
    assertThat(depot.standing("shop").delivered()).isEqualTo(1);
    assertThat(depot.outbox.claim(key, "third", later, Duration.ofMinutes(1), 9))
        .hasSize(1)
        .allMatch(l -> l.done() == 1 && l.handed() == 1);
  }

  /** D-09: nobody waits for the lease of a process that died. */
  @Test
  void whatADeadProcessHeldIsTakenAtOnce() {
    tell(2, 1);
    Dispatcher filling = depot.start(depot.endpoint("shop", "http://127.0.0.1:1/", "beginning"));
    Wait.until(() -> depot.desk.standings().stream().anyMatch(s -> s.waiting() == 2));
    filling.close();
    int key = depot.desk.key("shop").orElseThrow();
    Instant later = depot.now().plusSeconds(60);
    Outbox.Presence living = depot.outbox.enter("living");
    Outbox.Presence dying = depot.outbox.enter("dying");
    assertThat(depot.outbox.claim(key, "living", later, Duration.ofMinutes(1), 1)).hasSize(1);
    Lane held = depot.outbox.claim(key, "dying", later, Duration.ofMinutes(1), 1).getFirst();
    assertThat(depot.outbox.releaseOrphans()).isZero();
    dying.close();
    Wait.until(() -> depot.outbox.releaseOrphans() == 1);
    Lane taken = depot.outbox.claim(key, "heir", later, Duration.ofMinutes(1), 9).getFirst();
    assertThat(taken.key()).isEqualTo(held.key());
    assertThat(taken.epoch()).isGreaterThan(held.epoch());
    living.close();
  }

  /** W-15. */
  @Test
  void anEndpointThatHangsDoesNotSlowAnother() {
    try (Receiver silent = new Receiver(depot.vertx)) {
      silent.answers(g -> Receiver.SILENT);
      tell(40, 2);
      depot.start(shop(), depot.endpoint("silent", silent.url(), "beginning"));
      // Whoever waited for the one that hangs waits for fifteen seconds.
      Wait.until(Duration.ofSeconds(14), "all of the other", () -> receiver.got().size() == 80);
      Wait.until(() -> silent.got().size() >= Courier.LANES);
      assertThat(silent.got()).hasSize(Courier.LANES);
    }
  }

  @Test
  void onlyWhatIsNewerThanFromIsDelivered() {
    tell(1, 3);
    depot.pass(Duration.ofHours(1));
    Instant since = depot.now();
    tell(1, 1);
    try (Receiver second = new Receiver(depot.vertx);
        Receiver third = new Receiver(depot.vertx)) {
      Endpoint now = depot.endpoint("now", receiver.url(), "now");
      Dispatcher dispatcher =
          depot.start(
              now,
              depot.endpoint("time", second.url(), since.toString()),
              depot.endpoint("all", third.url(), "beginning"));
      Wait.until(() -> depot.desk.standings().size() == 3 && third.got().size() == 4);
      depot.tell("!r1", "new");
      dispatcher.news();
      Wait.until(() -> second.got().size() == 2 && third.got().size() == 5);
      waitFor(1);
      assertThat(receiver.got().getFirst().json().at("/data/body").asText()).isEqualTo("new");
      assertThat(orders(second.got()).get("!r1")).containsExactly(1L, 2L);
    }
  }

  /** From now on means by the clock that dates what is told, which is the database's. */
  @Test
  void aClockThatIsFastLosesNothingThatIsToldFromNowOn() throws Exception {
    depot.fast(Duration.ofHours(1));
    Dispatcher dispatcher = depot.start(depot.endpoint("now", receiver.url(), "now"));
    Wait.until(() -> depot.desk.key("now").isPresent());
    depot.tell("!r1", "new");
    dispatcher.news();
    waitFor(1);
    assertThat(receiver.got().getFirst().json().at("/data/body").asText()).isEqualTo("new");
    try (var connection = depot.lab.db().connect();
        var row = connection.createStatement().executeQuery("select clock_timestamp()")) {
      assertThat(row.next()).isTrue();
      Instant told = row.getTimestamp(1).toInstant();
      assertThat(depot.outbox.now()).isBetween(told, told.plus(Duration.ofMinutes(5)));
    }
  }

  /** What is told is dated by the database's clock, and due by that of the process. */
  @Test
  void aClockThatIsSlowHoldsNothingUp() {
    depot.fast(Duration.ofHours(-1));
    Dispatcher dispatcher = depot.start(depot.endpoint("slow", receiver.url(), "beginning"));
    depot.tell("!r1", "one");
    depot.tell("!r2", "two");
    depot.tell("!r1", "three");
    dispatcher.news();
    waitFor(3);
    assertThat(orders(receiver.got()).get("!r1")).containsExactly(1L, 2L);
  }

  @Test
  void whatIsToldLateAndIsOlderThanTheEndpointIsLeftOut() {
    Endpoint now = depot.endpoint("now", receiver.url(), "now");
    depot.start(now);
    Wait.until(() -> depot.desk.key("now").isPresent());
    assertThat(depot.desk.since("now")).isPresent();
    depot.tell("!r1", "old", depot.now().minusSeconds(60));
    depot.tell("!r1", "new");
    waitFor(1);
    assertThat(receiver.got().getFirst().json().at("/data/body").asText()).isEqualTo("new");
  }

  @Test
  void aReadingThatFailsCostsNoLane() {
    tell(Courier.LANES, 1);
    depot.failReading(1);
    depot.start(shop());
    Wait.until(() -> depot.standing("shop").waiting() == Courier.LANES);
    depot.tell("!other", "goes on");
    Wait.until(() -> receiver.got().stream().anyMatch(g -> g.room().equals("!other")));
  }

  @Test
  void aReplayThatFailsMayBeReplayed() {
    receiver.answers(g -> 500);
    depot.tell("!a", "dead");
    depot.start(shop());
    giveUp(0);
    receiver.answers(g -> g.room().equals("!good") ? 200 : 500);
    depot.tell("!good", "between");
    Wait.until(() -> depot.standing("shop").delivered() == 1);
    assertThat(depot.desk.replay("shop", Instant.EPOCH, "!a")).isEqualTo(new Desk.Replayed(1, 0));
    assertThat(depot.desk.replay("shop", Instant.EPOCH, "!a")).isEqualTo(new Desk.Replayed(0, 0));
    depot.pass(Duration.ofMillis(1));
    giveUp(Schedule.PAUSES.size() + 1);
    receiver.answers(g -> 200);
    int before = receiver.got().size();
    assertThat(depot.desk.replay("shop", Instant.EPOCH, "!a")).isEqualTo(new Desk.Replayed(1, 0));
    depot.pass(Duration.ofMillis(1));
    waitFor(before + 1);
    Wait.until(() -> depot.standing("shop").delivered() == 2);
    assertThat(depot.desk.failed(null, 9)).isEmpty();
    assertThat(receiver.got())
        .filteredOn(g -> g.room().equals("!a"))
        .extracting(Receiver.Got::id)
        .containsOnly(receiver.got().getFirst().id());
  }

  /** All attempts of the only delivery that waits, after so many posts. */
  private void giveUp(int before) {
    for (int attempt = 1; attempt < Schedule.PAUSES.size(); attempt++) {
      int n = attempt;
      waitFor(before + n);
      Wait.until(() ->
          depot.desk.about("$1").stream()
              .anyMatch(d -> d.state().equals("waiting") && d.attempts() == n));
      depot.pass(Schedule.PAUSES.get(attempt).plusMillis(1));
    }
    Wait.until(() -> depot.standing("shop").failed() == 1);
  }

  @Test
  void whoIsForgottenIsPostedNoMoreAndNothingIsPostedEmpty() {
    receiver.answers(g -> 500);
    depot.tell("!a", "from @bob:new");
    depot.tell("!a", "other");
    depot.tell("!b", "other");
    depot.tell("!b", "middle @bob:new");
    depot.tell("!b", "another");
    depot.tell("!b", "last @bob:new");
    depot.start(shop());
    waitFor(2);
    Wait.until(() -> depot.desk.about("$3").stream().anyMatch(d -> d.attempts() == 1));
    Wait.until(() -> depot.desk.about("$1").stream().anyMatch(d -> d.attempts() == 1));
    receiver.answers(g -> 200);
    receiver.got().clear();
    try (Forgetting forgetting = depot.lab.database().forgetting()) {
      assertThat(forgetting.user(new UserId("@bob:new"))).isPositive();
    }
    depot.pass(Duration.ofSeconds(6));
    waitFor(3);
    Wait.until(() -> depot.standing("shop").waiting() == 0);
    assertThat(receiver.got()).noneMatch(g -> g.body().isEmpty() || g.body().contains("bob"));
    assertThat(depot.desk.failed("shop", 9))
        .hasSize(3)
        .allMatch(d -> !d.hasText() && d.log().getLast().endsWith("its text was forgotten"));
  }

  /** Deliveries that nobody delivers: each room's lane is held by this test. */
  private List<Lane> held(int rooms) {
    tell(rooms, 2);
    Dispatcher filling = depot.start(depot.endpoint("shop", "http://127.0.0.1:1/", "beginning"));
    Wait.until(() ->
        depot.desk.about("$" + rooms).stream().anyMatch(d -> d.attempts() == 1)
            && depot.standing("shop").waiting() == 2L * rooms);
    filling.close();
    int key = depot.desk.key("shop").orElseThrow();
    depot.pass(Duration.ofMinutes(1));
    return depot.outbox.claim(key, "x", depot.now(), Duration.ofMinutes(1), 9);
  }

  private void failed(Lane lane, long place, int status, Duration hold) {
    var unused =
        depot.outbox.settle(
            List.of(
                new Outcome.Failed(
                    lane,
                    place,
                    10,
                    depot.now(),
                    new Answer(status, "answered " + status, "", hold, Duration.ZERO),
                    null)));
  }

  @Test
  void aPauseStopsLanesThatAreHeldAlready() {
    List<Lane> lanes = held(2);
    assertThat(lanes).hasSize(2);
    assertThat(depot.outbox.next(lanes, depot.now(), Duration.ofMinutes(1), 9)).hasSize(4);
    failed(lanes.getFirst(), 1, 429, Duration.ofMinutes(2));
    assertThat(depot.outbox.next(lanes, depot.now(), Duration.ofMinutes(1), 9)).isEmpty();
    depot.pass(Duration.ofMinutes(2));
    assertThat(depot.outbox.next(lanes, depot.now(), Duration.ofMinutes(1), 9)).isNotEmpty();
    failed(lanes.getFirst(), 2, 410, Duration.ZERO);
    assertThat(depot.outbox.next(lanes, depot.now(), Duration.ofMinutes(1), 9)).isEmpty();
  }

  @Test
  void twoFailuresWithSilenceBetweenAreNotFiveDaysOfFailure() {
    Lane lane = held(1).getFirst();
    failed(lane, 1, 503, Duration.ZERO);
    depot.pass(Duration.ofDays(13));
    failed(lane, 2, 503, Duration.ZERO);
    assertThat(depot.standing("shop").on()).isTrue();
    assertThat(depot.standing("shop").failed()).isEqualTo(2);
  }

  /** W-17. */
  @Test
  void retentionLeavesNoTextNorSecret() throws Exception {
    receiver.echo();
    receiver.answers(g -> g.room().equals("!dead") ? 400 : 200);
    for (int i = 0; i < 100; i++) {
      depot.tell("!r" + i % 7, "canary " + i);
    }
    depot.tell("!dead", "canary dead");
    depot.start(shop());
    Wait.until(() -> depot.standing("shop").delivered() == 100);
    tried("$101", 1);
    assertThat(dump()).contains("canary 99", "canary dead").doesNotContain("MfKQ9r8", "whsec_");
    assertThat(
            depot.outbox.forget(
                depot.now(), depot.now().minusSeconds(9), depot.now().minusSeconds(9)))
        .isZero();
    Instant after = depot.now().plusSeconds(9);
    assertThat(depot.outbox.forget(after, after, after)).isEqualTo(101);
    assertThat(dump()).doesNotContain("canary");
    assertThat(depot.desk.failed("shop", 9).getFirst().hasText()).isFalse();
    assertThat(depot.desk.replay("shop", Instant.EPOCH, null)).isEqualTo(new Desk.Replayed(0, 1));
    assertThat(depot.outbox.forget(after, after, after.minusSeconds(20))).isZero();
    Instant later = after.plusSeconds(1);
    assertThat(depot.outbox.forget(later, later, later)).isEqualTo(1);
    assertThat(depot.desk.failed("shop", 9)).isEmpty();
  }

  /** What a restored database does not know was posted is posted again, under the same ids. */
  @Test
  void aDatabaseThatIsSetBackRepeatsUnderTheSameIds() throws Exception {
    List<String> tables = List.of("webhook_endpoint", "webhook_lane", "webhook_delivery");
    tell(2, 2);
    Dispatcher before = depot.start(shop());
    Wait.until(() -> depot.standing("shop").delivered() == 4);
    before.close();
    for (String table : tables) {
      sql("create table kept_%1$s as table ferry.%1$s".formatted(table));
    }
    tell(2, 3);
    Dispatcher since = depot.start(shop());
    Wait.until(() -> depot.standing("shop").delivered() == 10);
    since.close();
    sql("truncate ferry.webhook_delivery, ferry.webhook_lane, ferry.webhook_endpoint");
    for (String table : tables) {
      sql("insert into ferry.%1$s overriding system value table kept_%1$s".formatted(table));
    }
    depot.start(shop());
    Wait.until(() -> depot.standing("shop").delivered() == 10);
    Map<String, List<String>> ids =
        receiver.got().stream()
            .collect(
                Collectors.groupingBy(
                    g -> g.json().at("/data/event_id").asText(),
                    Collectors.mapping(Receiver.Got::id, Collectors.toList())));
    assertThat(ids).hasSize(10);
    assertThat(ids.values()).allSatisfy(i -> assertThat(i.stream().distinct()).hasSize(1));
    assertThat(ids.values().stream().map(List::getFirst)).doesNotHaveDuplicates();
    assertThat(ids.values().stream().filter(i -> i.size() == 2)).hasSize(6);
  }

  private void sql(String statement) throws Exception {
    try (var connection = depot.lab.db().connect();
        var todo = connection.createStatement()) {
      boolean unused = todo.execute(statement);
    }
  }

  private String dump() throws Exception {
    Set<String> texts = new HashSet<>();
    try (var connection = depot.lab.db().connect();
        var rows =
            connection
                .createStatement()
                .executeQuery(
                    "select d::text || convert_from(d.body, 'UTF8') from ferry.webhook_delivery d"
                        + " union all select e::text from ferry.webhook_endpoint e")) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts.toString();
  }
}
