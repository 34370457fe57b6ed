package org.ferry.migrate.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.decrypt.Decryption.Cover;
import org.ferry.migrate.plan.Kit.Room;
import org.junit.jupiter.api.Test;

class PlanTotalsTest {
  private static final Kit KIT =
      new Kit()
          .room(new Room("a").name("Plaza"))
          .room(new Room("b").visibility("joined").joinRule("public"))
          .room(new Room("c").name("Two"))
          .room(new Room("e").encrypted())
          .room(new Room("f").creator("@zoe:third"))
          .there(Kit.at("x", "Plaza", "#plaza:new"))
          .there(Kit.at("y", "two", null))
          .there(Kit.at("z", "Two", null));

  @Test
  void addsUpWhatIsCarriedAndWhatIsNot() {
    PlanTotals totals = KIT.totals(KIT.propose());
    assertThat(totals.people()).isEqualTo(Map.of("ghost", 2L));
    assertThat(totals.rooms())
        .isEqualTo(
            Map.of(
                "local", Map.of("reuse", 1L, "create", 2L, "conflict", 1L),
                "foreign", Map.of("list", 1L)));
    assertThat(totals.messages()).as("not the shell's, not the conflict's").isEqualTo(20);
    assertThat(totals.appended()).isEqualTo(10);
    assertThat(totals.notifications()).as("three members besides the bot").isEqualTo(30);
    assertThat(totals.withheld()).isEqualTo(15);
    assertThat(totals.conflicts()).singleElement().asString().contains("!c:old (Two)");
    assertThat(totals.readMore())
        .hasSize(2)
        .anyMatch(l -> l.contains("!b:old") && l.contains("2 members"))
        .anyMatch(l -> l.contains("!a:old (Plaza): the 4 members of !x:new (Plaza)"));
    assertThat(totals.shownInSpace())
        .as("the public room and what is not carried are left out")
        .hasSize(2)
        .anyMatch(l -> l.contains("!a:old"))
        .anyMatch(l -> l.contains("!e:old"));
    assertThat(totals.lines())
        .contains(
            "  + create    2 rooms",
            "  ~ reuse     1 room",
            "  > list      1 foreign room",
            "  ! conflict  1 room",
            "Plan: 2 to create, 1 to reuse, 0 to skip, 1 to list, 1 conflict.",
            "  f: https://matrix.to/#/%21f%3Aold?via=third")
        .anyMatch(l -> l.contains("at most 30 notifications"));
  }

  @Test
  void aPersonThatMigrateWouldRefuseIsAConflictLikeARoom() {
    Kit kit = new Kit().accounts().person("@old_bob:old", "Bob the elder").room(new Room("a"));
    assertThat(kit.totals(kit.propose()).lines())
        .contains("Plan: 1 to create, 0 to reuse, 0 to skip, 0 to list, 1 conflict.")
        .contains("Files: 7 (7,000 bytes)")
        .anyMatch(l -> l.startsWith("People: ") && l.contains("1 conflict"));
  }

  @Test
  void saysTheSameInJson() {
    JsonNode json = KIT.totals(KIT.propose()).toJson();
    assertThat(json.at("/rooms/local/reuse").asLong()).isEqualTo(1);
    assertThat(json.at("/people/ghost").asLong()).isEqualTo(2);
    assertThat(json.at("/conflicts").size()).isEqualTo(1);
    assertThat(json.at("/plan/create").asLong()).isEqualTo(2);
    assertThat(json.at("/listed/0/link").asText()).contains("via=third");
    assertThat(json.at("/notifications_at_most").asLong()).isEqualTo(30);
  }

  @Test
  void listsTheRoomsThatAreThereWithTheirMatches() {
    TargetRoom lacking =
        new TargetRoom(
            Kit.target("w"),
            null,
            null,
            java.util.List.of(new RoomAlias("#w:new")),
            null,
            -1,
            null,
            false,
            false,
            "type /invite @ferrybot:new and then /op @ferrybot:new 50 in the room !w:new");
    var all = new java.util.ArrayList<>(KIT.targets());
    all.add(lacking);
    JsonNode json = ExistingRooms.of(all, KIT.propose());
    assertThat(json.at("/0/matched").textValue()).isEqualTo("!a:old");
    assertThat(json.at("/0/canonical_alias").textValue()).isEqualTo("#plaza:new");
    assertThat(json.at("/0/power").textValue()).isEqualTo("ok");
    assertThat(json.at("/1/matched").isNull()).isTrue();
    assertThat(json.at("/3/power").textValue()).isEqualTo("missing");
    assertThat(json.at("/3/sentence").textValue()).contains("/invite");
    assertThat(json.at("/3/aliases/0").textValue()).isEqualTo("#w:new");
    assertThat(
            Json.parseObject("{\"a\":" + ExistingRooms.render(all, KIT.propose()) + "}").at("/a"))
        .isEqualTo(json);
  }

  @Test
  void whoIsInARoomAloneIsCountedWhereTheBotIsNotInItYet() {
    TargetRoom alone =
        new TargetRoom(
            Kit.target("w"), "Plaza", null, java.util.List.of(), null, 1, null, false, false, "");
    Kit kit = new Kit().room(new Room("a").name("Plaza")).there(alone);
    assertThat(kit.totals(kit.propose()).notifications()).isEqualTo(10);
  }

  @Test
  void saysWhatToTypeAndWhoIsInvitedAndWhoAreMadeOne() {
    TargetRoom lacking =
        new TargetRoom(
            Kit.target("w"),
            "Plaza",
            null,
            java.util.List.of(),
            null,
            3,
            null,
            true,
            false,
            "type /op @ferrybot:new 50 in the room Plaza");
    UserId robert = new UserId("@robert:new");
    Kit kit =
        new Kit()
            .room(new Room("a").name("Plaza"))
            .room(new Room("b").joined("@alice:old", "@zoe:third", "@yan:third"))
            .stranger("@zoe:third")
            .person("@carol:old", null)
            .mapped(Map.of(Kit.ALICE, robert, Kit.BOB, robert))
            .there(lacking);
    PlanTotals totals = kit.totals(kit.propose());
    assertThat(totals.toType())
        .containsExactly("type /op @ferrybot:new 50 in the room Plaza (!w:new)");
    assertThat(totals.invitations()).as("only who the plan carries").isEqualTo(1);
    assertThat(kit.mapped(Map.of(Kit.ALICE, new UserId("@alice:third"))).totals(kit.propose()))
        .extracting(PlanTotals::invitations)
        .as("Zoe, and Alice by her other id")
        .isEqualTo(2L);
    assertThat(totals.ambiguous()).containsExactly("@alice:old, @bob:old all become @robert:new");
    assertThat(totals.unmatched()).isEqualTo(1);
    assertThat(totals.lines())
        .contains("Type this in your client before ferry migrate: 1")
        .anyMatch(l -> l.startsWith("People: 2 ghost, 2 map (of these ghosts, 1 have"));
  }

  /** A run of a newer dump, or after a stop, is told by what it adds. */
  @Test
  void aRunThatGoesOnSaysWhatItAddsAndNotWhatStands() {
    Plan plan = KIT.propose();
    RoomId reused = new RoomId("!a:old");
    Ahead.Before before =
        new Ahead.Before(
            Set.of(reused), Set.of(new UserId("@old_alice:new")), 1, 5, 0, 0, Map.of());
    Map<RoomId, RoomCounts> left =
        Map.of(
            reused,
            new RoomCounts(reused, 3, 2, 0, 0, 1, 2),
            new RoomId("!e:old"),
            new RoomCounts(new RoomId("!e:old"), 9, 1, 4, 0, 1, 2));
    PlanTotals totals = KIT.totals(plan).begun(ahead(KIT, left, Map.of(), before));
    assertThat(totals.lines())
        .contains(
            "Messages: 20; dealt with before: 18; to carry: 2",
            "Files: 7 (7,000 bytes); there already: 5",
            "This run carries what is not carried yet: 2 rooms, 1 person, 2 messages, 5 other events")
        .anyMatch(l -> l.contains("of these, 1 in doubt"))
        .anyMatch(l -> l.startsWith("Reused rooms: 2 messages") && l.contains("at most 6 notif"));
    assertThat(totals.question())
        .isEqualTo(
            "Carry now what is not carried yet (2 rooms, 1 person, 2 messages, 5 other events)");
    assertThat(KIT.totals(plan).question()).isEqualTo("Carry all of this now");
  }

  private static Ahead ahead(
      Kit kit, Map<RoomId, RoomCounts> left, Map<RoomId, Cover> covers, Ahead.Before before) {
    return Ahead.of(kit.propose(), kit.roomFacts(), kit.targets(), left, covers, before);
  }

  /** What made a later run worth while: a plan that was changed, and keys that came. */
  @Test
  void aRunThatWasAskedForByAChangedPlanOrByKeysSaysHowMuchThatIs() {
    Kit kit = new Kit().room(new Room("e").encrypted()).options(Kit.decrypting());
    RoomId room = new RoomId("!e:old");
    Map<RoomId, Cover> covers = Map.of(room, new Cover(5, 4, 2, 1));
    Ahead.Before before = new Ahead.Before(Set.of(room), people(kit), 0, 0, 0, 3, Map.of(room, 1L));
    assertThat(kit.totals(kit.propose()).begun(ahead(kit, Map.of(), covers, before)).question())
        .isEqualTo(
            "Carry now what is not carried yet (3 events that an earlier plan left out, 3 messages whose keys have come)");
    Map<RoomId, RoomCounts> waits = Map.of(room, new RoomCounts(room, 1, 0, 1, 0, 1, 2));
    assertThat(ahead(kit, waits, covers, before).opened())
        .as("one of them waits for other reasons")
        .isEqualTo(2);
    Ahead.Before nothing =
        new Ahead.Before(Set.of(room), people(kit), 0, 0, 0, 0, Map.of(room, 4L));
    assertThat(kit.totals(kit.propose()).begun(ahead(kit, Map.of(), covers, nothing)).question())
        .startsWith("Nothing waits; ");
  }

  private static Set<UserId> people(Kit kit) {
    return kit.propose().people().stream()
        .flatMap(p -> Stream.ofNullable(p.target()))
        .collect(Collectors.toSet());
  }

  @Test
  void aForeignRoomsLinkNamesServersThatStay() {
    Kit kit =
        new Kit()
            .room(
                new Room("g")
                    .creator("@zoe:third")
                    .joined("@alice:old", "@a:fourth", "@b:fourth", "@c:fifth", "@d:sixth"));
    ForeignRoom listed = kit.totals(kit.propose()).listed().getFirst();
    assertThat(listed.link())
        .isEqualTo("https://matrix.to/#/%21g%3Aold?via=fourth&via=fifth&via=sixth");
    assertThat(listed.members()).isEqualTo(1);
    assertThat(kit.render(kit.propose())).contains("link: \"https://matrix.to/#/%21g%3Aold?via=");
  }
}
