package org.ferry.migrate.plan;

import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A plan on its way to or from a file.
 *
 * @param plan the plan
 * @param fresh ids of people and rooms that the previous plan did not have
 * @param marks what Ferry proposed for a line, by id; lines that are missing here were not edited
 */
public record Draft(Plan plan, Set<String> fresh, Map<String, String> marks) {
  /** The mark of a line that Ferry did not propose. */
  static final String BY_HAND = "-";

  /** A first plan. */
  public static Draft of(Plan plan) {
    return new Draft(plan, Set.of(), Map.of());
  }

  /** How many lines of a plan that was read from a file a person edited. */
  public long edited() {
    return Stream.concat(
            plan.people().stream().filter(p -> isEdited(p.id().value(), Marks.of(p))),
            plan.rooms().stream().filter(r -> isEdited(r.id().value(), Marks.of(r))))
        .count();
  }

  private boolean isEdited(String id, String now) {
    return !now.equals(marks.get(id));
  }
}
