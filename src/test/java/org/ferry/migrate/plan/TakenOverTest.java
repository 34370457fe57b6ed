package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Kit.Room;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was edited for the test Space holds for the real one, as far as it can. */
class TakenOverTest {
  @TempDir Path folder;

  /** The plan that was proposed for the test Space, with words replaced in some lines. */
  private Draft rehearsed(Kit kit, String... edits) throws IOException {
    String text = kit.render(kit.propose()).replace("#village:new", "#test:new");
    for (int i = 0; i < edits.length; i += 3) {
      text = edit(text, edits[i], edits[i + 1], edits[i + 2]);
    }
    return PlanFile.elsewhere(Files.writeString(folder.resolve("test.yaml"), text), "old", "new");
  }

  private static String edit(String text, String id, String from, String to) {
    int found = text.indexOf(from, text.indexOf("id: \"" + id + "\""));
    assertThat(found).as(from).isPositive();
    return text.substring(0, found) + to + text.substring(found + from.length());
  }

  private static TakenOver over(Kit kit, @Nullable Draft own, Draft other) {
    Set<RoomId> there = kit.targets().stream().map(TargetRoom::id).collect(Collectors.toSet());
    return TakenOver.of(kit.propose(), own, other, there, kit.progress());
  }

  private static Draft merged(Kit kit, TakenOver taken) {
    return PlanFile.merge(kit.propose(), taken.draft());
  }

  private static Kit rooms() {
    return new Kit()
        .person("@carol:old", "Carol")
        .room(new Room("a").name("Plaza"))
        .room(new Room("b").name("Market"))
        .room(new Room("c").name("Cellar"));
  }

  @Test
  void whatIsSaidOfTheSourceHoldsInEverySpace() throws IOException {
    Draft test =
        rehearsed(
            rooms(),
            "!a:old",
            "action: create",
            "action: skip",
            "!b:old",
            "in_space: true",
            "in_space: false",
            "@carol:old",
            "target: \"@old_carol:new\"",
            "target: \"@carol:new\"",
            "@carol:old",
            "action: ghost",
            "action: map");
    Kit real = rooms().room(new Room("later").name("Attic"));
    TakenOver taken = over(real, null, test);
    assertThat(taken.lines()).isEqualTo(3);
    assertThat(taken.left()).isEmpty();
    Draft draft = merged(real, taken);
    assertThat(draft.plan().space()).isEqualTo("#village:new");
    assertThat(room(draft, "a").action()).isEqualTo(RoomAction.SKIP);
    assertThat(room(draft, "b").inSpace()).isFalse();
    assertThat(room(draft, "c")).isEqualTo(real.propose().room(Kit.id("c")).orElseThrow());
    assertThat(draft.plan().people())
        .filteredOn(p -> p.id().equals(new UserId("@carol:old")))
        .singleElement()
        .satisfies(p -> {
          assertThat(p.action()).isEqualTo(PersonAction.MAP);
          assertThat(p.target()).isEqualTo(new UserId("@carol:new"));
        });
    assertThat(draft.fresh()).as("nobody has read that line yet").containsExactly("!later:old");
  }

  @Test
  void theNextPlanKeepsWhatWasTakenOver() throws IOException {
    Kit kit = rooms();
    Draft test = rehearsed(kit, "!a:old", "action: create", "action: skip");
    Draft first = merged(kit, over(kit, null, test));
    String text = kit.render(first);
    Draft read = PlanFile.previous("plan.yaml", text, "old", "new", "#village:new");
    assertThat(read.edited()).isEqualTo(1);
    assertThat(room(PlanFile.merge(kit.propose(), read), "a").action()).isEqualTo(RoomAction.SKIP);
  }

  @Test
  void onesOwnEditsComeFirst() throws IOException {
    Kit kit = rooms();
    String mine = edit(kit.render(kit.propose()), "!a:old", "in_space: true", "in_space: false");
    Draft own = PlanFile.previous("plan.yaml", mine, "old", "new", "#village:new");
    Draft test =
        rehearsed(
            kit,
            "!a:old",
            "action: create",
            "action: skip",
            "!b:old",
            "action: create",
            "action: skip");
    Draft draft = merged(kit, over(kit, own, test));
    assertThat(room(draft, "a").action()).isEqualTo(RoomAction.CREATE);
    assertThat(room(draft, "a").inSpace()).isFalse();
    assertThat(room(draft, "b").action()).isEqualTo(RoomAction.SKIP);
  }

  /** Else a rehearsal would be written into a real room, or the real run into a room of tests. */
  @Test
  void aRoomOfTheOtherSpaceIsNeverReused() throws IOException {
    Kit there = rooms().there(Kit.at("x", "Garden", null)).there(Kit.at("y", "Elsewhere", null));
    String reuse = "action: reuse\n    target: \"!%s:new\"";
    Draft test =
        rehearsed(
            there,
            "!a:old",
            "action: create",
            reuse.formatted("x"),
            "!b:old",
            "action: create",
            reuse.formatted("y"));
    Kit real = rooms().there(Kit.at("y", "Elsewhere", null));
    TakenOver taken = over(real, null, test);
    assertThat(taken.left())
        .singleElement()
        .asString()
        .contains("!a:old (Plaza): reuse of !x:new, which is not in this Space");
    assertThat(room(merged(real, taken), "a").action()).isEqualTo(RoomAction.CREATE);
    assertThat(room(merged(real, taken), "b").target()).isEqualTo(Kit.target("y"));
  }

  @Test
  void whereARehearsalMadeARoomTheRealRunMakesItsOwn() throws IOException {
    Kit rehearsal = rooms().carried(Kit.id("b"), Kit.target("made"), "create");
    Draft test = rehearsed(rehearsal, "!b:old", "in_space: true", "in_space: false");
    PlanRoom market = room(merged(rooms(), over(rooms(), null, test)), "b");
    assertThat(market.inSpace()).isFalse();
    assertThat(market.target()).isNull();
  }

  /** Else a second room would stand beside the one that is there, and its history there too. */
  @Test
  void aRoomThatOnlyThisSpaceHasIsNotMadeASecondTime() throws IOException {
    String[] edits = {
      "!a:old", "in_space: true", "in_space: false", "!b:old", "in_space: true", "in_space: false"
    };
    Kit real =
        rooms()
            .there(Kit.at("x", "Plaza", null))
            .there(Kit.at("y", "Market", null))
            .there(Kit.at("z", "Market", null));
    TakenOver taken = over(real, null, rehearsed(rooms(), edits));
    PlanRoom plaza = room(merged(real, taken), "a");
    assertThat(plaza.action()).isEqualTo(RoomAction.REUSE);
    assertThat(plaza.target()).isEqualTo(Kit.target("x"));
    assertThat(plaza.inSpace()).isFalse();
    PlanRoom market = room(merged(real, taken), "b");
    assertThat(market.action()).isEqualTo(RoomAction.CONFLICT);
    assertThat(market.inSpace()).isFalse();
    assertThat(taken.lines()).isEqualTo(2);
    assertThat(taken.left())
        .containsExactlyInAnyOrder(
            "!a:old (Plaza): create, while this Space has a room for it; decide that here",
            "!b:old (Market): create, while this Space has a room for it; decide that here");
  }

  @Test
  void whatIsLeftOutBecauseThisSpaceHasItIsNotMadeBesideIt() throws IOException {
    Kit real = rooms().options(Kit.rooms("skip")).there(Kit.at("x", "Plaza", null));
    TakenOver taken =
        over(real, null, rehearsed(rooms(), "!a:old", "in_space: true", "in_space: false"));
    assertThat(room(merged(real, taken), "a").action()).isEqualTo(RoomAction.SKIP);
    assertThat(taken.left()).singleElement().asString().contains("!a:old (Plaza): create");
  }

  @Test
  void whatWasCarriedHereIsFixed() throws IOException {
    Draft test = rehearsed(rooms(), "!a:old", "action: create", "action: skip");
    Kit real = rooms().carried(Kit.id("a"), Kit.target("stands"), "create");
    TakenOver taken = over(real, null, test);
    assertThat(taken.lines()).isZero();
    assertThat(taken.left()).containsExactly("!a:old (Plaza) was carried here already");
    assertThat(room(merged(real, taken), "a").action()).isEqualTo(RoomAction.CREATE);
  }

  @Test
  void aPlanOfOtherServersIsRefused() throws IOException {
    Kit kit = rooms();
    Path file = Files.writeString(folder.resolve("p.yaml"), kit.render(kit.propose()));
    assertThatThrownBy(() -> PlanFile.elsewhere(file, "another", "new"))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("this is a plan for server old, not another")
        .hasMessageContaining("--from");
  }

  private static PlanRoom room(Draft draft, String name) {
    return draft.plan().room(Kit.id(name)).orElseThrow();
  }
}
