package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.LedgerException;
import org.ferry.migrate.LoadProgress;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.model.AccountDatum;
import org.ferry.model.Alias;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.model.Person;
import org.ferry.model.Room;
import org.ferry.source.Problem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgSourceLedgerIT {
  private final StoreLab lab = new StoreLab();
  private final PgSourceLedger ledger = lab.sources;

  @AfterEach
  void close() {
    lab.close();
  }

  private LoadedSource load(MadeSource source) {
    return ledger.load(source, p -> {});
  }

  @Test
  void isEmptyBeforeTheFirstLoad() {
    assertThat(ledger.latest()).isEmpty();
    assertThat(ledger.byServer("old")).isEmpty();
    assertThat(ledger.rooms(1)).isEmpty();
  }

  @Test
  void givesBackEveryRecordAsItWas() {
    MadeSource source = MadeSource.withMessages("old", 3);
    MxcUri uri = new MxcUri("old", "abc");
    source.people.add(
        new Person(new UserId("@bob:old"), null, "mxc://old/abc", true, true, true, true, 0));
    source.aliases.add(new Alias(new RoomAlias("#room:old"), MadeSource.ROOM));
    source.media.add(new MediaFile(uri, "image/png", "a.png", 12, MadeSource.ALICE, "ab/c", false));
    source.media.add(
        new MediaFile(new MxcUri("far", "x"), null, null, -1, null, "remote/far", true));
    source.accountData.add(new AccountDatum(MadeSource.ALICE, null, "m.direct", "{\"a\":1}"));
    source.accountData.add(
        new AccountDatum(MadeSource.ALICE, MadeSource.ROOM, "m.tag", "{\"tags\":{}}"));
    source.problems.add(new Problem("line 7", "is torn", "It was left out."));
    LoadedSource loaded = load(source);

    long id = loaded.id();
    assertThat(loaded.info()).isEqualTo(source.info());
    assertThat(loaded.load()).isEqualTo(1);
    assertThat(loaded.totals()).isEqualTo(new LoadedSource.Totals(2, 1, 1, 4, 3, 0, 0, 2, 12, 4));
    assertThat(ledger.latest()).contains(loaded);
    assertThat(ledger.people(id)).containsExactlyElementsOf(source.people);
    assertThat(ledger.rooms(id)).containsExactlyElementsOf(source.rooms);
    assertThat(ledger.aliases(id)).containsExactlyElementsOf(source.aliases);
    assertThat(ledger.media(id)).containsExactlyInAnyOrderElementsOf(source.media);
    assertThat(ledger.media(id, uri)).contains(source.media.getFirst());
    assertThat(ledger.accountData(id, "m.direct")).containsExactly(source.accountData.getFirst());
    assertThat(ledger.problems(id)).containsExactlyElementsOf(source.problems);
    assertThat(ledger.event(id, new EventId("$m2"))).contains(source.events.get(2));
    assertThat(ledger.firstEvent(id, MadeSource.ROOM)).contains(source.events.getFirst());
    assertThat(ledger.currentState(id, MadeSource.ROOM)).containsExactly(source.events.getFirst());
    assertThat(ledger.roomCounts(id))
        .containsExactly(
            new RoomCounts(MadeSource.ROOM, 4, 3, 0, 0, 1_600_000_000_001L, 1_600_000_000_004L));
  }

  @Test
  void keepsTextThatIsHardToKeep() {
    MadeSource source = MadeSource.withMessages("old", 0);
    String content =
        "{\"a\":\"\\u0000 \\ud800 \\\\N 'quoted' \\\"x\\\" %s \\t\",\"n\":100000000000000000000000001.50,"
            + "\"é\":\"\uD83D\uDE00\ttab\",\"a\":2}";
    RoomId nasty = new RoomId("!o'brien\"\\%_;--:old");
    UserId person = new UserId("@o'malley\"\\%_$1:old");
    source.people.add(MadeSource.person(person, "Robert'); DROP TABLE \\students\n\t\\."));
    source.people.add(MadeSource.person(new UserId("@nul:old"), "a\0b"));
    source.rooms.add(new Room(nasty, "10", person, false));
    source.events.add(MadeSource.message("$n'\"\\%", nasty, 1, content));
    source.events.add(MadeSource.state("$s", nasty, "m.'\\%", "k'\"\\%", 2, content));
    long id = load(source).id();

    assertThat(ledger.event(id, new EventId("$n'\"\\%")).orElseThrow().content())
        .isEqualTo(content);
    assertThat(ledger.currentState(id, nasty)).containsExactly(source.events.getLast());
    assertThat(ledger.currentState(id, Set.of("m.'\\%"))).containsExactly(source.events.getLast());
    assertThat(ledger.people(id)).contains(source.people.get(1));
    assertThat(ledger.people(id).map(Person::displayName)).contains("a\uFFFDb");
  }

  @Test
  void addsWhatIsNewAndTakesOverWhatChanged() {
    MadeSource a = MadeSource.withMessages("old", 3);
    a.events.add(MadeSource.state("$name1", MadeSource.ROOM, "m.room.name", "", 10, "{}"));
    a.aliases.add(new Alias(new RoomAlias("#gone:old"), MadeSource.ROOM));
    LoadedSource first = load(a);
    long key = lab.number("select pk from ferry.event where event_id = '$m2'");

    MadeSource b = MadeSource.withMessages("old", 4);
    b.people.set(0, MadeSource.person(MadeSource.ALICE, "Alice the Second"));
    b.events.set(2, MadeSource.redacted(b.events.get(2), "$r"));
    b.events.add(MadeSource.past(a.events.getLast()));
    b.events.add(MadeSource.state("$name2", MadeSource.ROOM, "m.room.name", "", 11, "{}"));
    b.aliases.add(new Alias(new RoomAlias("#new:old"), MadeSource.ROOM));
    LoadedSource second = load(b);

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.load()).isEqualTo(2);
    assertThat(second.totals()).isEqualTo(new LoadedSource.Totals(1, 0, 1, 7, 3, 0, 1, 0, 0, 2));
    assertThat(lab.number("select pk from ferry.event where event_id = '$m2'")).isEqualTo(key);
    Event redacted = ledger.event(second.id(), new EventId("$m2")).orElseThrow();
    assertThat(redacted.content()).isEqualTo("{}");
    assertThat(redacted.redactedBy()).isEqualTo(new EventId("$r"));
    assertThat(ledger.currentState(second.id(), Set.of("m.room.name")).map(e -> e.id().value()))
        .containsExactly("$name2");
    assertThat(ledger.people(second.id()).map(Person::displayName))
        .containsExactly("Alice the Second");
    assertThat(ledger.aliases(second.id())).containsExactlyElementsOf(b.aliases);
  }

  @Test
  void anOlderDumpNeverBringsBackWhatWasTakenBack() {
    MadeSource old = MadeSource.withMessages("old", 2);
    MadeSource young = MadeSource.withMessages("old", 2);
    young.events.set(1, MadeSource.redacted(young.events.get(1), "$r"));
    young.events.add(MadeSource.state("$late", MadeSource.ROOM, "m.room.topic", "", 9, "{}"));
    var unused = load(young);
    LoadedSource again = load(old);

    Event redacted = ledger.event(again.id(), new EventId("$m1")).orElseThrow();
    assertThat(redacted.content()).isEqualTo("{}");
    assertThat(redacted.redactedBy()).isEqualTo(new EventId("$r"));
    assertThat(ledger.event(again.id(), new EventId("$late"))).isPresent();
    assertThat(ledger.currentState(again.id(), Set.of("m.room.topic"))).isEmpty();
  }

  @Test
  void keepsSeveralSourcesApart() {
    long one = load(MadeSource.withMessages("one", 2)).id();
    long two = load(MadeSource.withMessages("two", 5)).id();

    assertThat(two).isNotEqualTo(one);
    assertThat(ledger.roomCounts(one).map(RoomCounts::events)).containsExactly(3L);
    assertThat(ledger.roomCounts(two).map(RoomCounts::events)).containsExactly(6L);
    assertThat(ledger.event(one, new EventId("$m5"))).isEmpty();
    assertThat(ledger.latest().orElseThrow().info().server()).isEqualTo("two");
    assertThat(ledger.byServer("one").orElseThrow().id()).isEqualTo(one);
  }

  @Test
  void eachSourceHasItsIndexesOnce() {
    long id = load(MadeSource.withMessages("old", 1)).id();
    assertThat(
            lab.number(
                "select count(*) from pg_indexes where tablename = 'event_%d'".formatted(id)))
        .isEqualTo(4);
  }

  @Test
  void findsStrangersWithTheirNewestMembership() {
    MadeSource source = MadeSource.withMessages("old", 1);
    source.events.add(
        MadeSource.state("$j1", MadeSource.ROOM, "m.room.member", "@eve:far", 5, "{\"n\":1}"));
    source.events.add(
        MadeSource.state("$j2", MadeSource.ROOM, "m.room.member", "@eve:far", 6, "{\"n\":2}"));
    source.events.add(MadeSource.state("$j3", MadeSource.ROOM, "m.room.member", "bad", 7, "{}"));
    source.events.add(
        MadeSource.state("$j4", MadeSource.ROOM, "m.room.member", "@alice:old", 8, "{}"));
    long id = load(source).id();
    assertThat(ledger.strangers(id))
        .containsExactly(new Stranger(new UserId("@eve:far"), "{\"n\":2}"));
  }

  @Test
  void findsDirectInvitationsAmongOddMemberships() {
    MadeSource source = MadeSource.withMessages("old", 0);
    String invite = "{\"membership\":\"invite\",\"is_direct\": true}";
    for (String key : List.of("@bob:old", "bad", "@eve:")) {
      source.events.add(
          MadeSource.state("$" + key, MadeSource.ROOM, "m.room.member", key, 5, invite));
    }
    long id = load(source).id();
    assertThat(ledger.directInvitations(id)).hasSize(1);
  }

  @Test
  void streamsAreLongerThanAPage() {
    MadeSource source = new MadeSource("old");
    List<String> rooms = new ArrayList<>();
    for (int i = 0; i < 700; i++) {
      RoomId room = new RoomId("!r%04d:old".formatted(i));
      rooms.add(room.value());
      source.rooms.add(new Room(room, "10", null, false));
      source.events.add(MadeSource.state("$n" + i, room, "m.room.name", "", 1, "{}"));
      source.events.add(MadeSource.state("$t" + i, room, "m.room.topic", "", 2, "{}"));
      source.events.add(MadeSource.state("$x" + i, room, "m.other", "", 3, "{}"));
    }
    for (int i = 0; i < 2_500; i++) {
      source.people.add(MadeSource.person(new UserId("@p%05d:old".formatted(i)), "P"));
    }
    long id = load(source).id();

    assertThat(ledger.people(id)).containsExactlyElementsOf(source.people);
    List<Event> state = ledger.currentState(id, Set.of("m.room.name", "m.room.topic")).toList();
    assertThat(state.stream().map(e -> e.room().value()).distinct())
        .containsExactlyElementsOf(rooms);
    assertThat(state).hasSize(1_400);
  }

  @Test
  void ordersIdsByteByByte() {
    MadeSource source = new MadeSource("old");
    List<UserId> ids =
        List.of("@A:x", "@Z:x", "@_:x", "@a:x", "@z:x").stream().map(UserId::new).toList();
    ids.reversed().forEach(id -> source.people.add(MadeSource.person(id, "x")));
    long id = load(source).id();
    assertThat(ledger.people(id).map(Person::id)).containsExactlyElementsOf(ids);
  }

  @Test
  void countsAgainFromItsOwnRows() {
    MadeSource source = MadeSource.withMessages("old", 12_000);
    RoomId other = new RoomId("!other:old");
    source.events.add(MadeSource.message("$back", other, 1, "{}"));
    source.events.add(MadeSource.message("$front", other, 5, "{}"));
    long id = load(source).id();
    assertThat(ledger.tallies(id)).containsExactlyElementsOf(source.tallies().toList());
    assertThat(ledger.recount(id)).containsExactlyElementsOf(source.tallies().toList());
    assertThat(ledger.events(id, MadeSource.ROOM))
        .containsExactlyElementsOf(source.events.subList(0, 12_001));
  }

  @Test
  void addsRoomsThatOnlyEventsSpeakOf() {
    MadeSource source = MadeSource.withMessages("old", 1);
    RoomId unnamed = new RoomId("!unnamed:old");
    source.events.add(MadeSource.message("$u", unnamed, 1, "{}"));
    long id = load(source).id();
    assertThat(ledger.rooms(id)).contains(new Room(unnamed, "1", null, false));
    assertThat(load(source).totals().newEvents()).isZero();
    assertThat(ledger.rooms(id)).hasSize(2);
  }

  @Test
  void aLoadThatIsCutOffLeavesWhatWasThere() {
    LoadedSource before = load(MadeSource.withMessages("old", 3));
    AtomicInteger seen = new AtomicInteger();
    MadeSource torn =
        MadeSource.withMessages("old", 5_000)
            .betweenEvents(() -> {
              if (seen.incrementAndGet() == 2_500) {
                assertThat(lab.cutConnections()).isPositive();
              }
            });
    assertThatThrownBy(() -> load(torn))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("holds what it held before");
    assertThat(ledger.byServer("old")).contains(before);
    assertThat(ledger.roomCounts(before.id()).map(RoomCounts::events)).containsExactly(4L);

    MadeSource otherTorn =
        MadeSource.withMessages("new", 5_000)
            .betweenEvents(() -> {
              if (seen.incrementAndGet() == 6_000) {
                throw new IllegalStateException("the reader died");
              }
            });
    assertThatThrownBy(() -> load(otherTorn)).hasMessage("the reader died");
    assertThat(ledger.byServer("new")).isEmpty();
    assertThat(load(MadeSource.withMessages("new", 2)).load()).isEqualTo(1);
  }

  @Test
  void aSecondLoadAtTheSameTimeIsRefused() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    MadeSource slow =
        MadeSource.withMessages("slow", 1)
            .betweenEvents(() -> {
              reading.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    var running = CompletableFuture.supplyAsync(() -> load(slow));
    reading.await();
    assertThatThrownBy(() -> load(MadeSource.withMessages("quick", 1)))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("another ferry is loading");
    go.countDown();
    assertThat(running.get().totals().events()).isEqualTo(2);
  }

  @Test
  void saysHowFarALoadIs() {
    List<LoadProgress> told = new ArrayList<>();
    var unused = ledger.load(MadeSource.withMessages("old", 5_000), told::add);
    assertThat(told).extracting(LoadProgress::phase).contains("indexes", "figures");
  }

  @Test
  void anEventIdThatComesTwiceIsNamed() {
    MadeSource source = MadeSource.withMessages("old", 1);
    source.events.add(MadeSource.message("$m1", MadeSource.ROOM, 9, "{}"));
    assertThatThrownBy(() -> load(source))
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("$m1");
    assertThat(ledger.latest()).isEmpty();
  }
}
