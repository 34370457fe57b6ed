package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.ferry.id.UserId;
import org.ferry.model.Person;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MapFileTest {
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
    String csv = PeopleCsv.render(plan, kit.people());
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
    assertThat(PeopleCsv.render(plan, people)).contains(",deactivated,").contains(",guest,");
  }
}
