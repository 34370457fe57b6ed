package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Parents;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;

/** The sub-spaces of a plan, and which rooms hang in them although the plan no longer says so. */
public final class FormerParents {
  private final List<Plan.PlanRoom> spaces;
  private final Map<RoomId, List<RoomId>> before;

  /**
   * Sub-spaces of a plan.
   *
   * @param plan what becomes of each room
   * @param facts what the source's rooms are
   */
  public FormerParents(Plan plan, Map<RoomId, RoomFacts> facts) {
    this.spaces =
        plan.rooms().stream()
            .filter(Plan.PlanRoom::carried)
            .filter(
                r -> Optional.ofNullable(facts.get(r.id())).filter(RoomFacts::isSpace).isPresent())
            .toList();
    Set<RoomId> ids = spaces.stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    this.before = Parents.of(List.copyOf(facts.values()), ids);
  }

  /** The spaces of the source that are carried. */
  public List<Plan.PlanRoom> spaces() {
    return spaces;
  }

  /**
   * Whether a link that stands is Ferry's doing: the room's own history hung it there, or an
   * earlier plan did. It has to go where the plan does not name the space.
   *
   * @param room the old room
   * @param space the old space
   * @param link the content of the space's {@code m.space.child}
   */
  public boolean isLeft(RoomId room, RoomId space, JsonNode link) {
    boolean hangs = link.path("via").isArray() && !link.path("via").isEmpty();
    return hangs && (before.getOrDefault(room, List.of()).contains(space) || Origin.isHelper(link));
  }
}
