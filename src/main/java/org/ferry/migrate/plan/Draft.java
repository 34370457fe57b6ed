package org.ferry.migrate.plan;

import java.util.Map;
import java.util.Set;

/**
 * A plan on its way to or from a file.
 *
 * @param plan the plan
 * @param fresh ids of people and rooms that the previous plan did not have
 * @param marks what Ferry proposed for a line, by id; lines that are missing here were not edited
 */
public record Draft(Plan plan, Set<String> fresh, Map<String, String> marks) {
  /** A first plan. */
  public static Draft of(Plan plan) {
    return new Draft(plan, Set.of(), Map.of());
  }
}
