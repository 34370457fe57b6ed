package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.model.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapFileTest {
  private static final PeopleList NONE = new PeopleList(Map.of(), List.of(), Map.of());

  @TempDir Path folder;

  private static Map<UserId, UserId> parse(String text) {
    return MapFile.parse("people.csv", text);
  }

  @Test
  void readsTheColumnsByTheirNames() {
    assertThat(
            parse(
                "\uFEFFnote, NEW_ID ,old_id\r\n\"a, \"\"b\"\"\nc\",@robert:new, @bob:old \r\n\r\n,,@x:old\n"))
        .isEqualTo(Map.of(Kit.BOB, new UserId("@robert:new")));
  }

  @Test
  void tellsEveryProblemWithItsLine() {
    assertThatThrownBy(() ->
            parse(
                "old_id,new_id,note\nbob,@b:new,\n@a:old,@a:new,\"two\nlines\"\n@a:old,@c:new,\n@d:old,d\n@e:old,@e:new,\"open\n"))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("people.csv:2: old_id is \"bob\"")
        .hasMessageContaining("people.csv:5: @a:old is @a:new in line 3")
        .hasMessageContaining("people.csv:6: new_id is \"d\"")
        .hasMessageContaining("people.csv:7: a quotation mark is never closed");
  }

  @Test
  void needsAHeader() {
    assertThatThrownBy(() -> parse("@a:old,@b:new\n")).hasMessageContaining("people.csv:1:");
    assertThatThrownBy(() -> parse("")).hasMessageContaining("old_id and new_id");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(() -> MapFile.read(folder.resolve("none.csv")))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("identities.map_file");
  }

  @Test
  void understandsTheListThatThePlanWrites() {
    Kit kit = new Kit().person("@o,\"x\":old", null).stranger("@zoe:third").room(new Kit.Room("a"));
    Plan plan = kit.propose();
    String csv = PeopleCsv.render(plan, kit.people(), NONE, null, WaysIn.none());
    assertThat(csv)
        .startsWith(
            "old_id,new_id,email,state,way_in\r\n@alice:old,@old_alice:new,,active,ghost\r\n")
        .contains("\"@o,\"\"x\"\":old\",@old_o=2c=22x=22:new,,active,ghost\r\n")
        .contains("@zoe:third,@old_zoe:new,,remote,ghost\r\n");
    Plan again = kit.mapped(parse(csv)).propose();
    assertThat(again.people())
        .extracting(Plan.PlanPerson::action)
        .containsOnly(Plan.PersonAction.GHOST);
    assertThat(again.people())
        .extracting(Plan.PlanPerson::target)
        .isEqualTo(plan.people().stream().map(Plan.PlanPerson::target).toList());
  }

  @Test
  void tellsTheStateOfAccounts() {
    Plan plan = new Kit().propose();
    List<Person> people =
        List.of(
            new Person(Kit.ALICE, null, null, true, false, false, false, 0),
            new Person(Kit.BOB, null, null, false, false, true, false, 0));
    assertThat(PeopleCsv.render(plan, people, NONE, null, WaysIn.none()))
        .contains(",deactivated,")
        .contains(",guest,");
  }

  private PeopleList list(String text) throws IOException {
    return PeopleList.read(Files.writeString(folder.resolve("people.csv"), text));
  }

  private static String header() {
    return "old_id,new_id,email,state,way_in\r\n";
  }

  @Test
  void whatAPersonWroteIntoTheListIsFollowedAndStays() throws IOException {
    Kit kit = new Kit();
    Draft first = Draft.of(kit.propose());
    String csv = PeopleCsv.render(first.plan(), kit.people(), NONE, null, WaysIn.none());
    Path plan = Files.writeString(folder.resolve("plan.yaml"), kit.render(first));
    Draft earlier = PlanFile.previous(plan, "old", "new", "#village:new");
    PeopleList edited = list(csv.replace("@old_bob:new,,", "@robert:new,rob@example.org,"));
    assertThat(edited.handMade(earlier)).isEqualTo(Map.of(Kit.BOB, new UserId("@robert:new")));
    assertThat(edited.unfollowed(kit.propose(), earlier)).isEqualTo(1);

    Draft second = PlanFile.merge(kit.mapped(edited.handMade(earlier)).propose(), earlier);
    String again = PeopleCsv.render(second.plan(), kit.people(), edited, earlier, WaysIn.none());
    assertThat(again)
        .isEqualTo(
            header()
                + "@alice:old,@old_alice:new,,active,ghost\r\n"
                + "@bob:old,@robert:new,rob@example.org,active,account\r\n");
    assertThat(edited.unfollowed(second.plan(), earlier)).isZero();
  }

  @Test
  void aNewTemplateRenamesWhoNobodyNamed() throws IOException {
    Kit kit = new Kit();
    Draft first = Draft.of(kit.propose());
    PeopleList csv = list(PeopleCsv.render(first.plan(), kit.people(), NONE, null, WaysIn.none()));
    Path plan = Files.writeString(folder.resolve("plan.yaml"), kit.render(first));
    Draft earlier = PlanFile.previous(plan, "old", "new", "#village:new");
    assertThat(csv.handMade(earlier)).isEmpty();
    Plan renamed = kit.template("was_{localpart}").propose();
    assertThat(PeopleCsv.render(renamed, kit.people(), csv, earlier, WaysIn.none()))
        .contains("@alice:old,@was_alice:new,,active,ghost");
  }

  @Test
  void accountsThatFerryProposedAreNobodysWord() throws IOException {
    Kit kit = new Kit().accounts();
    Plan proposed = kit.propose();
    PlanPerson bob = proposed.people().get(1);
    PlanPerson taken =
        new PlanPerson(bob.id(), bob.name(), PersonAction.CONFLICT, bob.target(), "exists");
    Draft first = Draft.of(proposed.with(List.of(proposed.people().get(0), taken), List.of()));
    PeopleList csv = list(PeopleCsv.render(first.plan(), kit.people(), NONE, null, WaysIn.none()));
    assertThat(csv.targets()).containsEntry(Kit.ALICE, new UserId("@alice:new")).hasSize(2);
    Path plan = folder.resolve("plan.yaml");
    Files.writeString(plan, kit.render(first));
    assertThat(csv.handMade(PlanFile.previous(plan, "old", "new", "#village:new"))).isEmpty();
    Files.writeString(plan, kit.render(first).replace("action: conflict", "action: map"));
    assertThat(csv.handMade(PlanFile.previous(plan, "old", "new", "#village:new"))).isEmpty();
    assertThat(csv.byHand("old_{localpart}", "new").targets()).isEmpty();
    PeopleList edited =
        list(Files.readString(folder.resolve("people.csv")).replace("@bob:new", "@rob:new"));
    assertThat(edited.handMade(PlanFile.previous(plan, "old", "new", "#village:new")))
        .isEqualTo(Map.of(Kit.BOB, new UserId("@rob:new")));
  }

  @Test
  void aTargetEditedInThePlanReachesTheList() throws IOException {
    Kit kit = new Kit();
    Draft first = Draft.of(kit.propose());
    PeopleList csv = list(PeopleCsv.render(first.plan(), kit.people(), NONE, null, WaysIn.none()));
    String edited =
        kit.render(first)
            .replace(
                "action: ghost, target: \"@old_bob:new\"", "action: map, target: \"@rob:new\"");
    Path plan = Files.writeString(folder.resolve("plan.yaml"), edited);
    Draft earlier = PlanFile.previous(plan, "old", "new", "#village:new");
    Draft merged = PlanFile.merge(kit.propose(), earlier);
    assertThat(PeopleCsv.render(merged.plan(), kit.people(), csv, earlier, WaysIn.none()))
        .contains("@bob:old,@rob:new,,active,account");
  }

  @Test
  void keepsColumnsThatAreNotItsOwnAndPeopleItDoesNotPlan() throws IOException {
    Kit kit = new Kit();
    PeopleList list =
        list(
            "Note,old_id,new_id\n\"the baker, retired\",@bob:old,@rob:new\n,@zoe:third,@zoe:new\n");
    assertThat(PeopleCsv.render(kit.propose(), kit.people(), list, null, WaysIn.none()))
        .isEqualTo(
            header().replace("\r", ",Note\r")
                + "@alice:old,@old_alice:new,,active,ghost,\r\n"
                + "@bob:old,@rob:new,,active,,\"the baker, retired\"\r\n"
                + "@zoe:third,@zoe:new,,remote,,\r\n");
  }

  @Test
  void peopleOfAnotherSourceGoUnlessAPersonChangedThem() throws IOException {
    Kit other = new Kit().person("@yves:old", null).person("@xenia:old", null);
    Plan theirs = other.propose();
    PeopleList list =
        list(
            PeopleCsv.render(theirs, other.people(), NONE, null, WaysIn.none())
                    .replace("@old_xenia:new", "@xenia:new")
                + "@zoe:third,@zoe:new\n");
    PeopleList byHand = list.byHand("old_{localpart}", "new");
    Kit kit = new Kit();
    assertThat(PeopleCsv.render(kit.propose(), kit.people(), byHand, null, WaysIn.none()))
        .contains(
            "@alice:old,@old_alice:new,,active,ghost\r\n",
            "@xenia:old,@xenia:new,",
            "@zoe:third,@zoe:new,")
        .doesNotContain("@yves:old");
    assertThat(byHand.unknown(kit.propose(), false)).containsExactly(new UserId("@yves:old"));
    assertThat(byHand.unknown(kit.propose(), true))
        .containsExactly(new UserId("@xenia:old"), new UserId("@zoe:third"));
  }

  @Test
  void migrateRefusesAPlanThatIsOlderThanTheList() throws IOException {
    Kit kit = new Kit();
    Path plan = Files.writeString(folder.resolve("plan.yaml"), kit.render(Draft.of(kit.propose())));
    PlanChecks checks = kit.mapped(Map.of(Kit.BOB, new UserId("@robert:new"))).checks();
    assertThatThrownBy(() -> PlanFile.read(plan, checks))
        .hasMessageContaining("@bob:old is listed as @robert:new, but the plan says @old_bob:new")
        .hasMessageContaining("ferry plan again");
  }
}
