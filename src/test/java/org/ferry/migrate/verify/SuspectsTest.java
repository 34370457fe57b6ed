package org.ferry.migrate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.migrate.verify.Suspects.Suspect;
import org.junit.jupiter.api.Test;

/** Who made a setting another one, and when, decides what it is called. */
class SuspectsTest {
  private static final UserId BOT = new UserId("@ferrybot:new");
  private static final Plan PLAN =
      new Plan(
          "old",
          1,
          "new",
          "#s:new",
          List.of(
              person("@ghost:old", Plan.PersonAction.GHOST, "@old_ghost:new"),
              person("@real:old", Plan.PersonAction.MAP, "@real:new")),
          List.of());

  private final Findings findings = new Findings(new AtomicInteger(100));
  private final Crew crew = new Crew(PLAN, BOT);
  private final Suspects suspects = new Suspects(crew, findings);

  private static Plan.PlanPerson person(String old, Plan.PersonAction action, String target) {
    return new Plan.PlanPerson(new UserId(old), null, action, new UserId(target), "account");
  }

  private static ObjectNode event(String id, String sender) {
    return Json.object()
        .put("event_id", id)
        .put("sender", sender)
        .put("type", "m.room.name")
        .put("state_key", "");
  }

  private void suspect(ObjectNode event) {
    suspects.add(new Suspect(Kind.STATE, "m.room.name", "a", "b", event));
  }

  @Test
  void theBotAndGhostsAreFerrysAndMappedAccountsArePeoples() {
    assertThat(crew.has("@ferrybot:new")).isTrue();
    assertThat(crew.has("@old_ghost:new")).isTrue();
    assertThat(crew.has("@real:new")).isFalse();
    assertThat(crew.has("nonsense")).isFalse();
  }

  @Test
  void whatAPersonChangedAfterwardsIsNoDifference() {
    ObjectNode change = event("$change", "@real:new");
    suspect(change);
    suspects.passing(event("$ours", BOT.value()));
    suspects.ours();
    suspects.passing(change);
    suspects.judge();
    assertThat(findings.count()).isZero();
    assertThat(findings.changes())
        .containsExactly(new Change(Kind.STATE, "m.room.name", "b", "@real:new"));
    assertThat(findings.changes().getFirst().sentence()).contains("since by @real:new");
  }

  @Test
  void whatAPersonChangedBeforeTheCarryingEndedIsOne() {
    ObjectNode change = event("$change", "@real:new");
    suspect(change);
    suspects.passing(change);
    suspects.passing(event("$ours", BOT.value()));
    suspects.ours();
    suspects.judge();
    assertThat(findings.changed()).isZero();
    assertThat(findings.kept())
        .containsExactly(new Difference(Kind.STATE, "m.room.name", "a", "b", "@real:new"));
  }

  @Test
  void whatFerrysOwnUsersDidIsOneAndToldOnce() {
    ObjectNode change = event("$change", "@old_ghost:new");
    suspect(change);
    suspects.passing(change);
    suspects.stray(change);
    suspects.stray(event("$more", BOT.value()));
    suspects.judge();
    assertThat(findings.kept())
        .extracting(Difference::kind, Difference::what)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Kind.STATE, "m.room.name"),
            org.assertj.core.groups.Tuple.tuple(Kind.UNEXPECTED, "$more"));
  }

  @Test
  void whatIsNotThereAtAllIsOne() {
    suspects.add(new Suspect(Kind.MEMBERSHIP, "@x:new", "join", "none", null));
    suspects.judge();
    assertThat(findings.kept()).hasSize(1);
  }

  @Test
  void whatIsTooMuchIsCounted() {
    Findings few = new Findings(new AtomicInteger(2));
    for (int i = 0; i < 5; i++) {
      few.add(Kind.MISSING, "$" + i, "m.room.message", null);
    }
    assertThat(few.kept()).hasSize(2);
    assertThat(few.count()).isEqualTo(5);
  }

  @Test
  void everyKindIsASentenceOfItsOwn() {
    assertThat(List.of(Kind.values()))
        .allSatisfy(kind -> {
          var difference = new Difference(kind, "$it", "this", "that", "@who:new");
          assertThat(difference.toString()).startsWith(kind.word() + ": ").contains("$it");
          assertThat(difference.sentence()).doesNotContain("null");
        });
    assertThat(new Difference(Kind.REDACTION, "$it", null, "text", null).sentence())
        .isEqualTo("$it was taken back on the old side and can still be read on the new one");
  }
}
