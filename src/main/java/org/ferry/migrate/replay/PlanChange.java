package org.ferry.migrate.replay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.ferry.id.Sha256;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.plan.Plan;

/**
 * Follows a plan that changed: what was left out because the earlier plan carried neither the
 * person nor the room that it speaks of is looked at again. It then stands late.
 */
final class PlanChange {
  private static final String NOTE = "plan_last_carried";
  private static final List<String> OF_THE_PLAN =
      List.of(
          "sender is not carried", "member is not carried", "links to a room that is not carried");

  private final Voyage voyage;

  PlanChange(Voyage voyage) {
    this.voyage = voyage;
  }

  /** Makes such events wait again where the plan is another than the last run's. */
  void heed() {
    String now = Json.text(Json.object().put("sha256", digest(voyage.plan())));
    if (voyage.ledger().note(voyage.id(), NOTE).filter(now::equals).isEmpty()) {
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
