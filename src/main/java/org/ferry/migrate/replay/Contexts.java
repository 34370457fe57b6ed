package org.ferry.migrate.replay;

import java.util.Optional;
import java.util.function.Function;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.RoomContext;

/** What the rewriter must know of each room, the same for a replay and for its proof. */
public final class Contexts {
  private final Voyage voyage;
  private final Cast cast;

  /**
   * Contexts of a crossing.
   *
   * @param voyage the crossing
   */
  public Contexts(Voyage voyage) {
    this(voyage, new Cast(voyage));
  }

  Contexts(Voyage voyage, Cast cast) {
    this.voyage = voyage;
    this.cast = cast;
  }

  /** The new id of each person. */
  public Function<UserId, Optional<UserId>> cast() {
    return cast::target;
  }

  /** The context of a room that stands. */
  public RoomContext of(Plan.PlanRoom plan, RoomFacts fact, CarriedRoom row) {
    String version = row.version() == null ? "1" : row.version();
    return new RoomContext(
        voyage.source().info().server(),
        voyage.domain(),
        version,
        voyage.options().bot(),
        row.actor(),
        Creators.of(cast, fact, row.actor(), version),
        plan.history() == Plan.History.SHELL,
        plan.action() == Plan.RoomAction.REUSE,
        false,
        true,
        plan.archive() ? Plan.ARCHIVE : "");
  }
}
