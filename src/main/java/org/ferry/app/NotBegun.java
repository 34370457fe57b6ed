package org.ferry.app;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;

/**
 * What the plan of a crossing carries and no run has begun: rooms left out by {@code --rooms}, or
 * not reached.
 *
 * @param rooms how many rooms
 * @param messages how many messages they hold
 */
public record NotBegun(int rooms, long messages) {

  /**
   * Counts.
   *
   * @param ferry the running Ferry
   * @param standing where the crossing stands
   * @return none where no plan was followed yet
   */
  public static NotBegun of(Ferry ferry, Standing standing) {
    Set<RoomId> begun =
        standing.rooms().stream().map(Standing.RoomLine::old).collect(Collectors.toSet());
    List<Plan.PlanRoom> left =
        Followed.kept(ferry, standing.crossing()).stream()
            .flatMap(plan -> plan.rooms().stream())
            .filter(r -> r.carried() && !begun.contains(r.id()))
            .toList();
    return new NotBegun(
        left.size(),
        left.stream()
            .filter(r -> r.history() != Plan.History.SHELL)
            .mapToLong(Plan.PlanRoom::messages)
            .sum());
  }
}
