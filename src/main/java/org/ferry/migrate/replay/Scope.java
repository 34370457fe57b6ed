package org.ferry.migrate.replay;

import java.util.function.Predicate;
import org.ferry.migrate.Selection;
import org.ferry.migrate.plan.Plan;

/**
 * What of a plan a run carries.
 *
 * @param rooms which rooms
 * @param selection which events of them
 * @param takeAliases true to move aliases here that an earlier destination of the same source holds
 * @param invites false to leave members of third servers uninvited for now
 */
public record Scope(
    Predicate<Plan.PlanRoom> rooms, Selection selection, boolean takeAliases, boolean invites) {
  /** Everything of some rooms. */
  public static Scope of(Predicate<Plan.PlanRoom> rooms) {
    return new Scope(rooms, Selection.ALL, false, true);
  }
}
