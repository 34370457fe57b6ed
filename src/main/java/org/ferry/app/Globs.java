package org.ferry.app;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.Glob;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanException;
import org.jspecify.annotations.Nullable;

/** The globs of {@code --rooms} and {@code --users}: {@code *} and {@code ?}, in any case. */
final class Globs {
  private Globs() {}

  /** Which rooms of a plan are meant; all where no glob is given. */
  static Predicate<Plan.PlanRoom> rooms(List<String> globs, List<RoomFacts> facts) {
    if (globs.isEmpty()) {
      return room -> true;
    }
    List<Glob> patterns = Glob.all(globs);
    Map<RoomId, RoomFacts> byId =
        facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    return room -> names(room, byId.get(room.id())).anyMatch(n -> Glob.any(patterns, n));
  }

  /**
   * Refuses globs that mean no room: they are slips of the pen, and what is done without them is
   * not what was asked for.
   *
   * @throws PlanException where a glob matches no room of the plan
   */
  static void check(List<String> globs, Plan plan, List<RoomFacts> facts) {
    List<String> idle =
        globs.stream()
            .filter(g -> plan.rooms().stream().noneMatch(rooms(List.of(g), facts)))
            .map(g ->
                "No room of the plan is meant by --rooms '%s': give its id, an alias or its name; * and ? stand for any text and any letter."
                    .formatted(g))
            .toList();
    if (!idle.isEmpty()) {
      throw new PlanException(idle);
    }
  }

  /** Who of a plan is meant, by old id or name; null for everybody where no glob is given. */
  static @Nullable Set<UserId> people(List<String> globs, Plan plan) {
    if (globs.isEmpty()) {
      return null;
    }
    List<Glob> patterns = Glob.all(globs);
    return plan.people().stream()
        .filter(p ->
            Glob.any(patterns, p.id().value())
                || (p.name() != null && Glob.any(patterns, p.name())))
        .map(Plan.PlanPerson::id)
        .collect(Collectors.toSet());
  }

  private static Stream<String> names(Plan.PlanRoom room, @Nullable RoomFacts fact) {
    Stream<String> own = Stream.of(room.id().value(), room.name());
    return fact == null ? own : Stream.concat(own, fact.aliases().stream().map(RoomAlias::value));
  }
}
