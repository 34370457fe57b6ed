package org.ferry.migrate.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.ferry.id.Sha256;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.EventState;
import org.ferry.migrate.plan.Plan;

/**
 * Follows a plan that changed: what was left out because the earlier plan carried neither the
 * person nor the room that it speaks of is looked at again. It then stands late.
 */
public final class PlanChange {
  private static final String NOTE = "plan_last_carried";
  private static final List<String> OF_THE_PLAN =
      List.of(
          "sender is not carried", "member is not carried", "links to a room that is not carried");

  private final Voyage voyage;

  PlanChange(Voyage voyage) {
    this.voyage = voyage;
  }

  /**
   * How many events a run looks at again, because the plan is another than the last run's.
   *
   * @param ledger the ledger
   * @param crossing a crossing that was begun
   * @param plan the plan that the run is to follow
   */
  public static long pending(CrossingLedger ledger, long crossing, Plan plan) {
    if (!isAnother(ledger, crossing, plan)) {
      return 0;
    }
    return ledger.reasons(crossing, EventState.SKIPPED).entrySet().stream()
        .filter(e -> OF_THE_PLAN.contains(e.getKey().replaceFirst("^(relation: )+", "")))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static boolean isAnother(CrossingLedger ledger, long crossing, Plan plan) {
    return ledger.note(crossing, NOTE).filter(noted(plan)::equals).isEmpty();
  }

  private static String noted(Plan plan) {
    return Json.text(Json.object().put("sha256", digest(plan)));
  }

  /** Makes such events wait again where the plan is another than the last run's. */
  void heed() {
    String now = noted(voyage.plan());
    if (isAnother(voyage.ledger(), voyage.id(), voyage.plan())) {
      long unused = voyage.ledger().reconsider(voyage.id(), OF_THE_PLAN);
      voyage.ledger().note(voyage.id(), NOTE, now);
    }
  }

  private static String digest(Plan plan) {
    MessageDigest digest = Sha256.digest();
    plan.people().forEach(p -> add(digest, p.id() + " " + p.action() + " " + p.target()));
    plan.rooms().forEach(r -> add(digest, r.id() + " " + r.carried()));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String line) {
    digest.update((line + '\n').getBytes(StandardCharsets.UTF_8));
  }
}
