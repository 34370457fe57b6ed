package org.ferry.migrate.plan;

import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;

/**
 * Marks of what Ferry proposed in a line: where the line no longer fits its mark, a person edited
 * it.
 */
final class Marks {
  private Marks() {}

  static String of(PlanPerson p) {
    return hash(p.id() + "\n" + p.action() + "\n" + p.target() + "\n" + p.reason());
  }

  static String of(PlanRoom r) {
    String parents = r.parents().stream().map(RoomId::value).collect(Collectors.joining(" "));
    return hash(
        String.join(
            "\n",
            r.id().value(),
            r.kind().name(),
            r.action().name(),
            r.history().name(),
            String.valueOf(r.target()),
            parents,
            String.valueOf(r.inSpace()),
            r.archive() ? r.name() : "",
            r.reason()));
  }

  private static String hash(String text) {
    return Sha256.hex(text).substring(0, 8);
  }
}
