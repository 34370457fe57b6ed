package org.ferry.migrate.replay;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.RoomContext;

/** What the rewriter must know of each room, the same for a replay and for its proof. */
public final class Contexts {
  /** In a room's detail: it was encrypted already when Ferry came. */
  static final String INTO_ENCRYPTED = "into_encrypted";

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

  /** As whom nobody but Ferry acts. */
  public Crew crew() {
    return cast.crew();
  }

  /** The context of a room that stands. */
  public RoomContext of(Plan.PlanRoom plan, RoomFacts fact, CarriedRoom row) {
    String version = row.version() == null ? "1" : row.version();
    Set<UserId> above = Creators.of(cast, fact, row.actor(), version);
    return new RoomContext(
        voyage.source().info().server(),
        voyage.domain(),
        version,
        voyage.options().bot(),
        row.actor(),
        above.isEmpty() ? Creators.lowered(cast, fact, version) : above,
        plan.history() == Plan.History.SHELL,
        plan.action() == Plan.RoomAction.REUSE,
        false,
        true,
        plan.archive() ? Plan.ARCHIVE : "",
        encrypted(plan, row));
  }

  private static RoomContext.Encrypted encrypted(Plan.PlanRoom plan, CarriedRoom row) {
    if (plan.history() != Plan.History.DECRYPT) {
      return RoomContext.Encrypted.LEFT;
    }
    return Json.parseObject(row.detail()).path(INTO_ENCRYPTED).asBoolean(false)
        ? RoomContext.Encrypted.OPENED_WITHOUT_FILES
        : RoomContext.Encrypted.OPENED;
  }
}
