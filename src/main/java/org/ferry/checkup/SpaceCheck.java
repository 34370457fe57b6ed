package org.ferry.checkup;

import static org.ferry.checkup.Check.ROOMS;
import static org.ferry.checkup.Check.SPACE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ferry.config.Config;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.plan.TargetRoom;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.plan.TargetSurvey;

/** The destination Space, and Ferry's power in it and in rooms that are to be reused. */
final class SpaceCheck {
  private final Homeserver homeserver;
  private final Config config;
  private final Set<RoomId> reused;
  private final Remedies remedies;

  /**
   * Prepares the check.
   *
   * @param homeserver the destination
   * @param config names the Space
   * @param reused rooms that the plan reuses
   */
  SpaceCheck(Homeserver homeserver, Config config, Set<RoomId> reused, Remedies remedies) {
    this.homeserver = homeserver;
    this.config = config;
    this.reused = reused;
    this.remedies = remedies;
  }

  void run(Findings findings) {
    String space = config.space();
    if (space == null) {
      findings.add(
          Finding.warning(
              SPACE,
              "no Space is configured: each command needs --space",
              remedies.ferry("space: \"#village:%s\"".formatted(config.homeserver().domain()))));
      return;
    }
    TargetSpace target = new TargetSurvey(homeserver, config.migrateOptions(space), true).read();
    findings.addAll(space(space, target));
    findings.addAll(rooms(target));
  }

  static List<Finding> space(String space, TargetSpace target) {
    List<Finding> found = new ArrayList<>();
    for (String problem : target.problems()) {
      int colon = problem.indexOf(": ");
      found.add(
          colon < 0
              ? Finding.problem(SPACE, problem, "correct space in the configuration")
              : Finding.problem(SPACE, problem.substring(0, colon), problem.substring(colon + 2)));
    }
    if (found.isEmpty()) {
      found.add(
          Finding.ok(
              SPACE,
              target.id() == null
                  ? "the Space %s will be made by migrate".formatted(space)
                  : "Ferry's bot may add rooms to the Space %s (%d rooms in it)"
                      .formatted(space, target.rooms().size())));
    }
    return found;
  }

  private List<Finding> rooms(TargetSpace target) {
    if (reused.isEmpty()) {
      return List.of();
    }
    Map<RoomId, TargetRoom> known =
        target.rooms().stream().collect(Collectors.toMap(TargetRoom::id, Function.identity()));
    List<Finding> found = new ArrayList<>();
    for (RoomId room : reused) {
      TargetRoom there = known.get(room);
      Optional<String> type = there == null ? lacking(room) : Optional.ofNullable(there.sentence());
      type.ifPresent(t ->
          found.add(
              Finding.problem(
                  ROOMS, "the plan reuses %s, where Ferry's bot cannot carry".formatted(room), t)));
    }
    return found.isEmpty()
        ? List.of(
            Finding.ok(
                ROOMS, "Ferry may carry into the %d rooms to be reused".formatted(reused.size())))
        : found;
  }

  private Optional<String> lacking(RoomId room) {
    Intent bot = homeserver.as(config.bot());
    try {
      return TargetSurvey.lacking(bot, room);
    } catch (MatrixException e) {
      return Optional.of("type %s in the room %s".formatted(TargetSurvey.asking(bot), room));
    }
  }
}
