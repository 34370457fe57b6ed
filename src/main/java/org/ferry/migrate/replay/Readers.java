package org.ferry.migrate.replay;

import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.plan.Plan;

/**
 * Who reads a room back: who made it, or in a direct chat that they left, whoever is still in it.
 */
public final class Readers {
  private final Voyage voyage;

  /**
   * Readers of a crossing.
   *
   * @param voyage the crossing
   */
  public Readers(Voyage voyage) {
    this.voyage = voyage;
  }

  /**
   * Somebody who can read a room.
   *
   * @param row its row
   * @param target its id on the destination
   * @return who made the room, or else a person of the plan who is a member
   */
  public Intent of(CarriedRoom row, RoomId target) {
    if (isMember(row.actor(), target)) {
      return voyage.homeserver().as(row.actor());
    }
    return voyage.plan().people().stream()
        .map(Plan.PlanPerson::target)
        .filter(t -> t != null && isMember(t, target))
        .findFirst()
        .map(voyage.homeserver()::as)
        .orElseGet(() -> voyage.homeserver().as(row.actor()));
  }

  private boolean isMember(UserId user, RoomId room) {
    try {
      return voyage
          .homeserver()
          .as(user)
          .state(room, "m.room.member", user.value())
          .filter(c -> c.path("membership").asText("").equals("join"))
          .isPresent();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return false;
    }
  }
}
