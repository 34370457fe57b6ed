package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Kit.Room;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlanFileTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("plan.yaml"), text);
  }

  private Plan read(Kit kit, String text) throws IOException {
    return PlanFile.read(file(text), kit.checks());
  }

  private Draft previous(String text) throws IOException {
    return PlanFile.previous(file(text), "old", "new", "#village:new");
  }

  private AbstractThrowableAssert<?, ?> refusal(Kit kit, String text) throws IOException {
    Path file = file(text);
    return assertThatThrownBy(() -> PlanFile.read(file, kit.checks()))
        .isInstanceOf(PlanException.class);
  }

  private static Kit two() {
    return new Kit().room(new Room("a").name("Plaza")).room(new Room("b").name("Market"));
  }

  /** The same line with something replaced in the block of one room or the line of one person. */
  private static String edit(String text, String id, String from, String to) {
    int begin = text.indexOf("id: \"" + id + "\"");
    int found = text.indexOf(from, begin);
    assertThat(begin).isNotNegative();
    assertThat(found).isNotNegative();
    return text.substring(0, found) + to + text.substring(found + from.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "\"quoted\" and 'single' \\ backslash",
        "😀 👩‍👩‍👧 family",
        "\u202Eright to left\u202C مرحبا",
        "two\nlines\r\nand\ttabs",
        "key: value # comment",
        "- [a, {b: c}] & *anchor !tag | > % @ `",
        "yes",
        "null",
        "1e3",
        "2001-01-01",
        "~",
        "\u0000\u0007\u001b[31m",
        "\uFEFFbom \u2028 \u0085 \uE000 \uFFFE",
        "lone \uD800 surrogate"
      })
  void bringsNamesBackAsTheyWere(String name) throws IOException {
    Kit kit = new Kit().person("@carol:old", name).room(new Room("a").name(name));
    Plan plan = kit.propose();
    Plan back = read(kit, kit.render(plan));
    assertThat(back.rooms().getFirst().name())
        .isEqualTo(plan.rooms().getFirst().name().replace('\uD800', '\uFFFD'));
    assertThat(kit.render(back)).isEqualTo(kit.render(plan));
  }

  @Test
  void bringsAWholePlanBack() throws IOException {
    Kit kit =
        two()
            .room(new Room("s").children("a", "b"))
            .room(new Room("d").direct())
            .room(new Room("e").encrypted())
            .room(new Room("f").creator("@zoe:third"))
            .room(new Room("g").joined("@zoe:third"))
            .stranger("@zoe:third")
            .there(Kit.at("x", "Market", null));
    Plan plan = kit.propose();
    assertThat(read(kit, kit.render(plan))).isEqualTo(plan);
  }

  @Test
  void bringsAnArchiveBack() throws IOException {
    Kit kit = two().there(Kit.at("x", "Market", null)).options(Kit.rooms("archive"));
    Plan back = read(kit, kit.render(kit.propose()));
    assertThat(back.room(Kit.id("b")).orElseThrow().archive()).isTrue();
    assertThat(back.room(Kit.id("a")).orElseThrow().archive()).isFalse();
  }

  @Test
  void escapesWhatWouldTurnALineAround() {
    assertThat(PlanWriter.quoted("a\u202Eb\u200Fc")).isEqualTo("\"a\\u202Eb\\u200Fc\"");
  }

  @Test
  void followsEdits() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    text = edit(text, "!a:old", "action: create", "action: reuse\n    target: \"!t:new\"");
    text = edit(text, "@bob:old", "action: ghost, target: \"@old_bob:new\"", "action: skip");
    Plan plan = read(kit, text);
    assertThat(plan.room(Kit.id("a")).orElseThrow())
        .returns(RoomAction.REUSE, PlanRoom::action)
        .returns(Kit.target("t"), PlanRoom::target);
    assertThat(plan.people().get(1).target()).isNull();
  }

  @Test
  void keepsEditedLinesAndRefreshesTheOthers() throws IOException {
    Kit kit = two();
    String text = edit(kit.render(kit.propose()), "!a:old", "action: create", "action: skip");
    Kit later =
        two()
            .load(2)
            .room(new Room("c").name("Newcomer"))
            .person("@dave:old", null)
            .there(Kit.at("x", "Market", null));
    Draft merged = PlanFile.merge(later.propose(), previous(text));
    Plan plan = merged.plan();
    assertThat(plan.load()).isEqualTo(2);
    assertThat(plan.room(Kit.id("a")).orElseThrow().action()).isEqualTo(RoomAction.SKIP);
    assertThat(plan.room(Kit.id("b")).orElseThrow().action()).isEqualTo(RoomAction.REUSE);
    assertThat(merged.fresh()).containsExactlyInAnyOrder("!c:old", "@dave:old");
    String again = later.render(merged);
    assertThat(again).contains("new: true");
    assertThat(read(later, again)).isEqualTo(plan);

    Draft third = PlanFile.merge(later.propose(), previous(again));
    assertThat(third.plan()).as("an edit is known for ever").isEqualTo(plan);
    assertThat(third.fresh()).isEmpty();
  }

  @Test
  void forgetsAnEditThatWasTakenBack() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    Kit later = two().there(Kit.at("x", "Plaza", null));
    String there = edit(text, "!a:old", "action: create", "action: skip");
    String back = edit(there, "!a:old", "action: skip", "action: create");
    assertThat(PlanFile.merge(later.propose(), previous(back)).plan().room(Kit.id("a")))
        .hasValueSatisfying(r -> assertThat(r.action()).isEqualTo(RoomAction.REUSE));
  }

  @Test
  void doesNotProposeATargetThatAnEditGaveAway() throws IOException {
    Kit kit = two();
    String text =
        edit(
            kit.render(kit.propose()),
            "!a:old",
            "action: create",
            "action: reuse\n    target: \"!x:new\"");
    Kit later = two().there(Kit.at("x", "Market", null));
    Plan plan = PlanFile.merge(later.propose(), previous(text)).plan();
    assertThat(plan.room(Kit.id("a")).orElseThrow().target()).isEqualTo(Kit.target("x"));
    assertThat(plan.room(Kit.id("b")).orElseThrow())
        .returns(RoomAction.CONFLICT, PlanRoom::action)
        .returns(List.of(Kit.target("x")), PlanRoom::candidates);
  }

  @Test
  void keepsEditedIdsOfPeople() throws IOException {
    Kit kit = two();
    String text = edit(kit.render(kit.propose()), "@bob:old", "@old_bob:new", "@old_robert:new");
    Kit later = two().person("@robert:old", null);
    Draft before = previous(text);
    Plan plan = PlanFile.merge(later.previous(before.plan()).propose(), before).plan();
    assertThat(plan.people())
        .filteredOn(p -> p.id().equals(Kit.BOB))
        .extracting(Plan.PlanPerson::target)
        .containsExactly(new UserId("@old_robert:new"));
    assertThat(plan.people()).extracting(Plan.PlanPerson::target).doesNotHaveDuplicates();
  }

  @Test
  void tellsEveryProblemAtOnceWithItsLine() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    text = edit(text, "!a:old", "action: create", "action: creat");
    text = edit(text, "!b:old", "in_space: true", "inspace: true");
    text = edit(text, "@bob:old", "@old_bob:new", "robert");
    text = text.replace("domain: \"new\"", "domain: \"elsewhere\"");
    refusal(kit, text)
        .message()
        .contains("plan.yaml:")
        .contains("did you mean create?")
        .contains("did you mean in_space?")
        .contains("\"robert\", which is no user id")
        .contains("elsewhere");
    List<String> lines = text.lines().toList();
    for (String what : List.of("creat\"", "inspace", "robert", "elsewhere")) {
      String problem =
          String.valueOf(thrown(kit).getMessage())
              .lines()
              .filter(l -> l.contains(what))
              .findFirst()
              .orElseThrow();
      int line = Integer.parseInt(problem.replaceAll(".*plan\\.yaml:(\\d+):.*", "$1"));
      assertThat(lines.get(line - 1)).contains(what.replace("\"", ""));
    }
  }

  private PlanException thrown(Kit kit) {
    try {
      Plan unused = PlanFile.read(folder.resolve("plan.yaml"), kit.checks());
      throw new AssertionError("was not refused");
    } catch (PlanException e) {
      return e;
    }
  }

  @Test
  void refusesReuseWithoutTargetAndTwoRoomsWithOne() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    refusal(kit, edit(text, "!a:old", "action: create", "action: reuse"))
        .hasMessageContaining("!a:old has no target");
    String reuse = "action: reuse\n    target: \"!t:new\"";
    String both = edit(text, "!a:old", "action: create", reuse);
    refusal(kit, edit(both, "!b:old", "action: create", reuse))
        .hasMessageContaining("both have !t:new as target");
    refusal(kit, edit(text, "!a:old", "action: create", reuse.replace("!t:", "!village:")))
        .hasMessageContaining("!village:new is the Space itself, which takes no history");
  }

  @Test
  void refusesLinesThatAreMissingDoubleOrOfNobody() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    refusal(kit, text.replaceFirst("(?m)^  - \\{id: \"@bob:old\".*\\n", ""))
        .hasMessageContaining("@bob:old has no line");
    refusal(kit, text.replaceFirst("(?m)^(  - \\{id: \"@bob:old\".*\\n)", "$1$1"))
        .hasMessageContaining("stands in line");
    refusal(kit, edit(text, "!a:old", "!a:old", "!nobody:old"))
        .hasMessageContaining("!nobody:old is not in the source")
        .hasMessageContaining("!a:old has no line");
  }

  @Test
  void aLineThatCannotBeReadIsThere() throws IOException {
    Kit kit = two();
    refusal(kit, edit(kit.render(kit.propose()), "@bob:old", "action: ghost", "action: gost"))
        .hasMessageContaining("did you mean ghost?")
        .hasMessageNotContaining("has no line");
  }

  @Test
  void thePlanOfAnotherSourceIsRefusedInOneSentence() throws IOException {
    Kit kit = two();
    String other = kit.render(kit.propose()).replaceFirst("(?m)^server: .*$", "server: else");
    refusal(kit, other)
        .hasMessageContaining("this is the plan of else, but what was loaded last is old")
        .hasMessageNotContaining("is not in the source");
  }

  @Test
  void refusesTwoPeopleWithOneGhost() throws IOException {
    Kit kit = two();
    refusal(kit, edit(kit.render(kit.propose()), "@bob:old", "@old_bob:new", "@old_alice:new"))
        .hasMessageContaining("both become @old_alice:new");
  }

  @Test
  void refusesAPlanOlderThanTheLoadAndNothingElseOfIt() throws IOException {
    Kit kit = two();
    String text = kit.render(kit.propose());
    refusal(kit.load(2).person("@dave:old", null), text)
        .hasMessageContaining(
            "the plan was made from load 1, the ledger holds load 2: run ferry plan again; your edits are kept")
        .message()
        .doesNotContain("@dave:old");
  }

  @Test
  void refusesWhatContradictsTheLedger() throws IOException {
    Kit kit =
        two()
            .carried(Kit.id("a"), Kit.target("x"), "create")
            .carried(Kit.BOB, new UserId("@old_bob:new"));
    String text = kit.render(kit.propose());
    assertThat(read(kit, text).room(Kit.id("a")).orElseThrow().target()).isEqualTo(Kit.target("x"));
    refusal(kit, edit(text, "!a:old", "action: create", "action: skip"))
        .hasMessageContaining("!a:old (Plaza) was carried already")
        .hasMessageContaining("ferry rollback --space '#village:new' --rooms '!a:old'");
    refusal(kit, edit(text, "!a:old", "!x:new", "!y:new")).hasMessageContaining("!x:new");
    refusal(kit, edit(text, "@bob:old", "@old_bob:new", "@old_robert:new"))
        .hasMessageContaining("was carried as @old_bob:new already");
    refusal(kit, skipped(text)).hasMessageContaining("skip would leave that");
  }

  @Test
  void aPlanOfAnotherSpaceIsRefusedWithoutRemediesThatNameRooms() throws IOException {
    Kit kit = two().carried(Kit.id("a"), Kit.target("x"), "create");
    String other =
        kit.render(kit.propose()).replace("!x:new", "!y:new").replace("#village:new", "#test:new");
    refusal(kit, other)
        .hasMessageContaining("space is #test:new, but the Space asked for")
        .message()
        .doesNotContain("rollback");
  }

  private static String skipped(String text) {
    return edit(text, "@bob:old", "action: ghost, target: \"@old_bob:new\"", "action: skip");
  }

  @Test
  void whoWasNotedAndNeverCarriedMayBecomeSomebodyElse() throws IOException {
    UserId wrong = new UserId("@bbo:new");
    Kit kit = two().mappedBefore(Kit.BOB, wrong).mapped(Map.of(Kit.BOB, wrong));
    String text = kit.render(kit.propose());
    String corrected = edit(text, "@bob:old", "@bbo:new", "@bob:new");
    refusal(kit, corrected).hasMessageContaining("was carried as @bbo:new already");
    kit = kit.nothingCarried(Kit.BOB);
    assertThat(read(kit, corrected).people().get(1).target()).isEqualTo(new UserId("@bob:new"));
    assertThat(kit.propose().people().get(1).target()).isEqualTo(wrong);
    Plan listed = kit.mapped(Map.of(Kit.BOB, new UserId("@bob:new"))).propose();
    assertThat(listed.people().get(1).target()).isEqualTo(new UserId("@bob:new"));
    Kit ghost = two().carried(Kit.BOB, new UserId("@old_bob:new")).nothingCarried(Kit.BOB);
    assertThat(read(ghost, skipped(ghost.render(ghost.propose()))).people().get(1).target())
        .isNull();
  }

  @Test
  void refusesAGhostThatWouldTakeOverAnAccount() throws IOException {
    String text = two().render(two().propose());
    String taken = edit(text, "@bob:old", "@old_bob:new", "@bob:new");
    refusal(two(), taken)
        .hasMessageContaining(
            "@bob:new is no ghost of identities.username_template old_{localpart}")
        .hasMessageContaining("map");
    Kit carried = two().carried(Kit.BOB, new UserId("@bob:new"));
    assertThat(read(carried, taken).people().get(1).target()).isEqualTo(new UserId("@bob:new"));
  }

  @Test
  void whatWasEditedInAConflictStays() throws IOException {
    Kit kit =
        two()
            .room(new Room("s").children("a"))
            .there(Kit.at("x", "Plaza", null))
            .there(Kit.at("y", "Plaza", null));
    String text = edit(kit.render(kit.propose()), "!a:old", "in_space: true", "in_space: false");
    Draft merged = PlanFile.merge(kit.propose(), previous(text));
    PlanRoom room = merged.plan().room(Kit.id("a")).orElseThrow();
    assertThat(room.action()).isEqualTo(RoomAction.CONFLICT);
    assertThat(room.inSpace()).isFalse();
    Kit later = two().room(new Room("s").children("a")).there(Kit.at("x", "Plaza", null));
    Draft again = PlanFile.merge(later.propose(), previous(kit.render(merged)));
    PlanRoom decided = again.plan().room(Kit.id("a")).orElseThrow();
    assertThat(decided.target()).isEqualTo(Kit.target("x"));
    assertThat(decided.inSpace()).isFalse();
    assertThat(previous(later.render(again)).edited()).isEqualTo(1);
  }

  @Test
  void refusesAConflictThatNobodyDecided() throws IOException {
    Kit kit = two().there(Kit.at("x", "Plaza", null)).there(Kit.at("y", "Plaza", null));
    String text = kit.render(kit.propose());
    refusal(kit, text).hasMessageContaining("!a:old (Plaza) is still a conflict");
    String decided = edit(text, "!a:old", "action: conflict", "action: create");
    assertThat(read(kit, decided).room(Kit.id("a")).orElseThrow())
        .returns(RoomAction.CREATE, PlanRoom::action)
        .returns(false, PlanRoom::archive);
  }

  @Test
  void movesRoomsUpWhereTheirSpaceIsNotCarried() throws IOException {
    Kit kit = two().room(new Room("s").children("a"));
    String text = edit(kit.render(kit.propose()), "!s:old", "action: create", "action: skip");
    assertThat(read(kit, text).room(Kit.id("a")).orElseThrow())
        .returns(List.of(), PlanRoom::parents)
        .returns(true, PlanRoom::inSpace);
  }

  @Test
  void refusesSpacesThatStandInEachOther() throws IOException {
    Kit kit = two().room(new Room("s").children("t")).room(new Room("t").children());
    String text = kit.render(kit.propose());
    refusal(kit, edit(text, "!s:old", "parents: []", "parents: [\"!t:old\"]"))
        .hasMessageContaining("stand in each other");
    refusal(kit, edit(text, "!a:old", "parents: []", "parents: [\"!b:old\"]"))
        .hasMessageContaining("cannot be a parent");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "just text",
        "[]",
        "a: &x [1]\nb: *x",
        "format: 1\n\tserver: old",
        "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: 1}}}}}}}}}}}",
        "? [a, b]\n: c",
        "--- \na: 1\n--- \nb: 2",
        "a: \"never closed",
        "a: !!java.lang.ProcessBuilder [x]",
        "people: 7\nrooms: {}",
        "\u0000"
      })
  void refusesWhatIsNoPlan(String text) throws IOException {
    refusal(two(), text).hasMessageContaining("plan.yaml:");
  }

  @Test
  void refusesDeepAndLargeFilesWithoutFalling() throws IOException {
    for (String[] broken :
        new String[][] {
          {"people:\n\t- {id: x}\n", "indent with spaces"},
          {"people:\n  - {id: \"@a:b, action: ghost}\n", "line 2 is not closed"},
          {"people:\n  - {id: @a:b}\n", "that begin with @"},
          {"a: b: c\n", "hold a colon"},
          {"a: [1, 2\nb: 3\n", "lines 1 to 2"},
          {"a: *b\n", "in quotation marks"},
          {"format: 1\nformat: 1\n", "take one of the two lines out"},
        }) {
      refusal(two(), broken[0]).hasMessageContaining("plan.yaml:").hasMessageContaining(broken[1]);
    }
    refusal(two(), "[".repeat(200_000)).hasMessageContaining("plan.yaml:1");
    refusal(two(), "a: ".repeat(50_000)).hasMessageContaining("plan.yaml:1");
    Path large = folder.resolve("plan.yaml");
    try (var out = new java.io.RandomAccessFile(large.toFile(), "rw")) {
      out.setLength(100L << 20);
    }
    assertThatThrownBy(() -> PlanFile.read(large, two().checks()))
        .hasMessageContaining("larger than 64 MB");
    Files.write(large, "people: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> PlanFile.read(large, two().checks()))
        .hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> PlanFile.read(folder.resolve("none.yaml"), two().checks()))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("ferry plan");
  }

  @Test
  void doesNotTakeThePlanOfAnotherDestinationForItsPredecessor() throws IOException {
    Path file = file(two().render(two().propose()));
    assertThatThrownBy(() -> PlanFile.previous(file, "old", "new", "#other:new"))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("#village:new");
  }

  @Test
  void aPlanOfBeforeARollbackIsFollowedAsItWasWritten() throws IOException {
    Kit carried = two().carried(Kit.id("a"), Kit.target("x"), "create");
    String text = carried.render(Draft.of(carried.propose()));
    assertThat(read(carried, text).room(Kit.id("a")).orElseThrow().target())
        .isEqualTo(Kit.target("x"));
    Kit back = two().gone(Kit.target("x"));
    PlanRoom anew = read(back, text).room(Kit.id("a")).orElseThrow();
    assertThat(anew.action()).isEqualTo(RoomAction.CREATE);
    assertThat(anew.target()).isNull();
    refusal(back, edit(text, "!a:old", "!x:new", "!y:new"))
        .hasMessageContaining("!a:old is to be created and cannot have a target");
    refusal(two(), text)
        .as("by a ledger that does not know the room it may be there")
        .hasMessageContaining("!a:old is to be created and cannot have a target");
  }
}
