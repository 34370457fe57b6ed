package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.ferry.id.UserId;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.plan.Kit.Room;
import org.ferry.migrate.plan.Plan.History;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.plan.Plan.RoomClass;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private static PlanRoom line(Plan plan, String room) {
    return plan.room(Kit.id(room)).orElseThrow();
  }

  private static PlanPerson person(Plan plan, String id) {
    return plan.people().stream().filter(p -> p.id().value().equals(id)).findFirst().orElseThrow();
  }

  private static PlanRoom alone(Room room, TargetRoom... there) {
    return line(with(room, there), room.id.value().replaceAll("^!|:old$", ""));
  }

  private static Plan with(Room room, TargetRoom... there) {
    Kit kit = new Kit().room(room);
    for (TargetRoom target : there) {
      kit = kit.there(target);
    }
    return kit.propose();
  }

  @Test
  void tellsWhoseARoomIsByItsCreatorAndNeverByItsId() {
    assertThat(alone(new Room("a").creator("@zoe:third")))
        .returns(RoomClass.FOREIGN, PlanRoom::kind)
        .returns(RoomAction.LIST, PlanRoom::action);
    assertThat(alone(new Room("b").creator("@alice:old")).kind()).isEqualTo(RoomClass.LOCAL);
  }

  @Test
  void takesTheFirstMemberWhereNobodyKnowsTheCreator() {
    assertThat(alone(new Room("a").creator(null).joined("@zoe:third", "@alice:old")).kind())
        .isEqualTo(RoomClass.FOREIGN);
    assertThat(alone(new Room("b").creator(null).joined("@bob:old", "@zoe:third")).kind())
        .isEqualTo(RoomClass.LOCAL);
  }

  @Test
  void leavesRoomsWithoutALocalMemberUnlessToldOtherwise() {
    assertThat(alone(new Room("a").joined("@zoe:third")))
        .returns(RoomClass.DESERTED, PlanRoom::kind)
        .returns(RoomAction.SKIP, PlanRoom::action);
    assertThat(alone(new Room("b").joined()).name()).isEqualTo("b");
  }

  @Test
  void keepsDirectChatsOutOfTheSpace() {
    Plan plan =
        new Kit()
            .room(new Room("d").direct().name(null))
            .room(new Room("s").children("d"))
            .propose();
    assertThat(line(plan, "d"))
        .returns(RoomClass.DIRECT, PlanRoom::kind)
        .returns(false, PlanRoom::inSpace)
        .returns(List.of(), PlanRoom::parents)
        .returns("Alice, bob", PlanRoom::name);
  }

  @Test
  void carriesEncryptedRoomsAsShells() {
    assertThat(alone(new Room("e").encrypted()))
        .returns(History.SHELL, PlanRoom::history)
        .returns(RoomAction.CREATE, PlanRoom::action);
  }

  @Test
  void skipsEncryptedRoomsWhereConfigured() {
    MigrateOptions.Rooms skip =
        new MigrateOptions.Rooms(
            List.of("name"),
            "append",
            "carry",
            "list",
            "carry",
            "skip",
            "skip",
            "placeholder",
            "default",
            true);
    Plan plan = new Kit().options(skip).room(new Room("e").encrypted()).propose();
    assertThat(line(plan, "e").action()).isEqualTo(RoomAction.SKIP);
  }

  @Test
  void matchesByAliasBeforeName() {
    PlanRoom room =
        alone(
            new Room("a").name("Plaza").aliases("#plaza:old", "#other:third"),
            Kit.at("x", "Plaza", null),
            Kit.at("y", "Something else", "#plaza:new"));
    assertThat(room)
        .returns(RoomAction.REUSE, PlanRoom::action)
        .returns(Kit.target("y"), PlanRoom::target);
    assertThat(room.reason()).contains("alias");
  }

  @Test
  void matchesNamesHoweverTheyAreWritten() {
    assertThat(
            alone(
                new Room("a").name("  Stra\u200bße\u00a0 des  CAFE\u0301\u200e\ufeff "),
                Kit.at("x", "STRASSE DES café", null)))
        .returns(Kit.target("x"), PlanRoom::target);
    assertThat(alone(new Room("a").name("\uFB01sh \u2460"), Kit.at("x", "FISH 1", null)).action())
        .isEqualTo(RoomAction.REUSE);
    assertThat(alone(new Room("a").name("ΟΔΟΣ"), Kit.at("x", "οδος", null)).action())
        .isEqualTo(RoomAction.REUSE);
  }

  @Test
  void keepsTheDotlessLetterApart() {
    assertThat(alone(new Room("a").name("ılk"), Kit.at("x", "ilk", null)).action())
        .isEqualTo(RoomAction.CREATE);
  }

  @Test
  void neverMatchesByAnEmptyName() {
    assertThat(alone(new Room("a").name("  "), Kit.at("x", " ", null)).action())
        .isEqualTo(RoomAction.CREATE);
  }

  @Test
  void matchesSpacesWithSpacesOnly() {
    Plan plan =
        with(
            new Room("a").name("Village").children(),
            Kit.at("x", "Village", null),
            Kit.at("y", "Village", null, "m.space", null));
    assertThat(line(plan, "a").target()).isEqualTo(Kit.target("y"));
  }

  @Test
  void showsTwoCandidatesAsAConflictThatSaysWhatToDo() {
    PlanRoom room =
        alone(new Room("a").name("Plaza"), Kit.at("x", "plaza", null), Kit.at("y", "PLAZA", null));
    assertThat(room.action()).isEqualTo(RoomAction.CONFLICT);
    assertThat(room.target()).isNull();
    assertThat(Kit.ids(room.candidates())).containsExactlyInAnyOrder("!x:new", "!y:new");
    assertThat(room.reason()).contains("!x:new", "!y:new", "reuse", "create");
  }

  @Test
  void showsTwoClaimsOfOneRoomAsConflicts() {
    Plan plan =
        new Kit()
            .room(new Room("a").name("Plaza"))
            .room(new Room("b").name("plaza "))
            .there(Kit.at("x", "Plaza", null))
            .propose();
    assertThat(plan.rooms()).extracting(PlanRoom::action).containsOnly(RoomAction.CONFLICT);
    assertThat(line(plan, "a").reason()).contains("!a:old", "!b:old", "!x:new");
  }

  @Test
  void letsTheAliasDecideBetweenTwoRoomsOfOneName() {
    Plan plan =
        new Kit()
            .room(new Room("a").name("Plaza").aliases("#plaza:old"))
            .room(new Room("b").name("Plaza"))
            .there(Kit.at("x", "Plaza", "#plaza:new"))
            .propose();
    assertThat(line(plan, "a").target()).isEqualTo(Kit.target("x"));
    assertThat(line(plan, "b").action()).isEqualTo(RoomAction.CREATE);
  }

  @Test
  void doesNotTakeAReplacedRoomForItsSuccessor() {
    Plan plan =
        new Kit()
            .room(new Room("a").name("Plaza").successor("b"))
            .room(new Room("b").name("Plaza"))
            .there(Kit.at("x", "Plaza", null))
            .propose();
    assertThat(line(plan, "b").target()).isEqualTo(Kit.target("x"));
    assertThat(line(plan, "a"))
        .returns(RoomAction.CREATE, PlanRoom::action)
        .returns(false, PlanRoom::inSpace);
  }

  @Test
  void neverMatchesByNameWhatFerryMadeForAnotherRoom() {
    TargetRoom.Origin other = new TargetRoom.Origin("third", "!q:third");
    assertThat(alone(new Room("a").name("Plaza"), Kit.at("x", "Plaza", null, null, other)).action())
        .isEqualTo(RoomAction.CREATE);
    PlanRoom byAlias =
        alone(new Room("a").aliases("#p:old"), Kit.at("x", "P", "#p:new", null, other));
    assertThat(byAlias.action()).isEqualTo(RoomAction.CONFLICT);
    assertThat(byAlias.reason()).contains("!q:third");
  }

  @Test
  void showsARoomOfAnEarlierCrossingAsConflict() {
    TargetRoom.Origin own = new TargetRoom.Origin("old", "!a:old");
    PlanRoom room = alone(new Room("a"), Kit.at("x", "Renamed", null, null, own));
    assertThat(room.action()).isEqualTo(RoomAction.CONFLICT);
    assertThat(room.reason()).contains("an earlier crossing whose ledger is not here");
  }

  @Test
  void keepsWhatWasCarried() {
    TargetRoom.Origin own = new TargetRoom.Origin("old", "!a:old");
    Plan plan =
        new Kit()
            .room(new Room("a").name("Plaza"))
            .room(new Room("b").name("Plaza"))
            .there(Kit.at("x", "Plaza", null, null, own))
            .carried(Kit.id("a"), Kit.target("x"), "create")
            .propose();
    assertThat(line(plan, "a"))
        .returns(RoomAction.CREATE, PlanRoom::action)
        .returns(Kit.target("x"), PlanRoom::target);
    assertThat(line(plan, "b").action()).isEqualTo(RoomAction.CREATE);
    assertThat(line(plan, "b").target()).isNull();
  }

  @Test
  void followsTheReuseOption() {
    Kit kit = new Kit().room(new Room("a").name("Plaza")).there(Kit.at("x", "Plaza", null));
    assertThat(line(kit.options(Kit.rooms("skip")).propose(), "a").action())
        .isEqualTo(RoomAction.SKIP);
    PlanRoom archive = line(kit.options(Kit.rooms("archive")).propose(), "a");
    assertThat(archive)
        .returns(RoomAction.CREATE, PlanRoom::action)
        .returns("Plaza (archive)", PlanRoom::name)
        .returns(true, PlanRoom::archive);
  }

  @Test
  void looksOnlyWhereTheConfigurationSays() {
    MigrateOptions.Rooms byId =
        new MigrateOptions.Rooms(
            List.of("id"),
            "append",
            "carry",
            "list",
            "carry",
            "skip",
            "shell",
            "placeholder",
            "default",
            true);
    Plan plan =
        new Kit()
            .options(byId)
            .room(new Room("a").name("Plaza"))
            .there(Kit.at("x", "Plaza", null))
            .propose();
    assertThat(line(plan, "a").action()).isEqualTo(RoomAction.CREATE);
  }

  @Test
  void standsARoomInAllItsSpacesTheOldestFirst() {
    Plan plan =
        new Kit()
            .room(new Room("r"))
            .room(new Room("young").child("r", 500))
            .room(new Room("aged").child("r", 90))
            .room(new Room("foreign").child("r", 1).creator("@zoe:third"))
            .propose();
    assertThat(Kit.ids(line(plan, "r").parents())).containsExactly("!aged:old", "!young:old");
    assertThat(line(plan, "aged").parents()).isEmpty();
    assertThat(line(plan, "aged").inSpace()).isTrue();
  }

  @Test
  void leavesPrivateRoomsOutOfTheSpaceWhereConfigured() {
    MigrateOptions.Rooms hidden =
        new MigrateOptions.Rooms(
            List.of("name"),
            "append",
            "carry",
            "list",
            "carry",
            "skip",
            "shell",
            "placeholder",
            "default",
            false);
    Plan plan =
        new Kit()
            .options(hidden)
            .room(new Room("p").joinRule("invite"))
            .room(new Room("q").joinRule("public"))
            .room(new Room("s").children("p", "q").joinRule("public"))
            .propose();
    assertThat(line(plan, "p").inSpace()).isFalse();
    assertThat(line(plan, "p").parents()).isEmpty();
    assertThat(Kit.ids(line(plan, "q").parents())).containsExactly("!s:old");
  }

  @Test
  void listsStrangersOfCarriedRoomsOnly() {
    assertThat(new Kit().stranger("@zoe:third").room(new Room("a")).propose().people())
        .extracting(p -> p.id().value())
        .containsExactly("@alice:old", "@bob:old", "@zoe:third");
    assertThat(new Kit().stranger("@zoe:third").propose().people())
        .extracting(p -> p.id().value())
        .containsExactly("@alice:old", "@bob:old");
  }

  @Test
  void mapsWhomSomebodyListed() {
    Plan plan =
        new Kit()
            .mapped(
                Map.of(Kit.BOB, new UserId("@robert:new"), Kit.ALICE, new UserId("@old_ally:new")))
            .propose();
    assertThat(person(plan, "@bob:old"))
        .returns(PersonAction.MAP, PlanPerson::action)
        .returns(new UserId("@robert:new"), PlanPerson::target);
    assertThat(person(plan, "@alice:old"))
        .as("an id of Ferry's own namespace is a ghost's")
        .returns(PersonAction.GHOST, PlanPerson::action)
        .returns(new UserId("@old_ally:new"), PlanPerson::target);
  }

  @Test
  void whoHasAnAccountOfTheirOwnIsNeverTakenForAGhost() {
    Plan plan = new Kit().mappedBefore(Kit.BOB, new UserId("@robert:new")).propose();
    assertThat(person(plan, "@bob:old"))
        .as("though the list does not name them any more")
        .returns(PersonAction.MAP, PlanPerson::action)
        .returns(new UserId("@robert:new"), PlanPerson::target);
  }

  @Test
  void givesAGhostToWhomIsOutOfReach() {
    Plan plan = new Kit().mapped(Map.of(Kit.BOB, new UserId("@robert:third"))).propose();
    assertThat(person(plan, "@bob:old"))
        .returns(PersonAction.GHOST, PlanPerson::action)
        .returns(new UserId("@old_bob:new"), PlanPerson::target);
    assertThat(person(plan, "@bob:old").reason()).contains("@robert:third");
  }

  @Test
  void refusesAListThatNamesWhoDoesNotExist() {
    Kit kit = new Kit().mapped(Map.of(new UserId("@bbo:old"), new UserId("@robert:new")));
    assertThatThrownBy(kit::propose)
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("@bbo:old");
  }

  @Test
  void keepsNewIdsOfCarriedPeopleAndOfThePlanBefore() {
    Plan before = new Kit().propose();
    Kit kit =
        new Kit()
            .person("@Alice:old", null)
            .previous(before)
            .carried(Kit.BOB, new UserId("@earlier_bob:new"));
    Plan plan = kit.propose();
    assertThat(person(plan, "@bob:old").target()).isEqualTo(new UserId("@earlier_bob:new"));
    assertThat(person(plan, "@alice:old").target()).isEqualTo(new UserId("@old_alice:new"));
    assertThat(person(plan, "@Alice:old").target()).isEqualTo(new UserId("@old_=41lice:new"));
  }

  @Test
  void proposesTheSameFromTheSameFactsInAnyOrder() {
    Plan one = new Kit().room(new Room("a")).room(new Room("b").name("B")).propose();
    Plan two = new Kit().room(new Room("b").name("B")).room(new Room("a")).propose();
    assertThat(one).isEqualTo(two);
  }

  @Test
  void inAccountModePeopleOfTheSourceGetAccountsAndOthersGhosts() {
    Plan plan =
        new Kit()
            .accounts()
            .stranger("@zoe:third")
            .person("@Old User!:old", "Old")
            .person("@old_bob:old", "Bob the elder")
            .room(new Room("a"))
            .propose();
    assertThat(person(plan, "@alice:old"))
        .returns(PersonAction.ACCOUNT, PlanPerson::action)
        .returns(new UserId("@alice:new"), PlanPerson::target)
        .returns("Alice", PlanPerson::name);
    assertThat(person(plan, "@zoe:third"))
        .returns(PersonAction.GHOST, PlanPerson::action)
        .returns(new UserId("@old_zoe:new"), PlanPerson::target);
    assertThat(person(plan, "@Old User!:old").target()).isEqualTo(new UserId("@old=20user=21:new"));
    assertThat(person(plan, "@Old User!:old").reason()).contains("not allowed there");
    assertThat(person(plan, "@old_bob:old"))
        .returns(PersonAction.CONFLICT, PlanPerson::action)
        .extracting(PlanPerson::reason)
        .asString()
        .contains("username_template");
  }

  @Test
  void inAccountModeAnAccountStaysAndWhoIsListedElsewhereIsAGhost() {
    Kit kit = new Kit().accounts().room(new Room("a"));
    kit = kit.carried(Kit.ALICE, new UserId("@alice:new"));
    kit = kit.mapped(Map.of(Kit.BOB, new UserId("@bob:third")));
    Plan plan = kit.propose();
    assertThat(person(plan, "@alice:old").action()).isEqualTo(PersonAction.ACCOUNT);
    assertThat(person(plan, "@bob:old"))
        .returns(PersonAction.GHOST, PlanPerson::action)
        .returns(new UserId("@old_bob:new"), PlanPerson::target);
    Plan again = kit.previous(plan).propose();
    assertThat(again.people()).isEqualTo(plan.people());
  }
}
