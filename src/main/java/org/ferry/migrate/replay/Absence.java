package org.ferry.migrate.replay;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedRoom;

/**
 * Knows rooms that stood and that Ferry cannot reach any more: somebody has deleted them on the new
 * server, or taken everybody of Ferry's out. Safe for use by many threads.
 */
public final class Absence {
  private final Voyage voyage;
  private final Readers readers;
  private final Map<UserId, Set<RoomId>> joined = new ConcurrentHashMap<>();

  /**
   * Absence in a crossing.
   *
   * @param voyage the crossing
   */
  public Absence(Voyage voyage) {
    this.voyage = voyage;
    this.readers = new Readers(voyage);
  }

  /**
   * Whether a room that nobody of Ferry's can read is gone for good: the server knows none of that
   * id, its administrator finds none, or Ferry made it and nobody can look any further nor has
   * anybody invited its bot back.
   *
   * @param row its row
   * @param target its id on the destination
   * @param refusal what whoever looked was answered
   */
  public boolean isGone(CarriedRoom row, RoomId target, MatrixException refusal) {
    if (!refusal.isForbidden() && !refusal.isNotFound()) {
      return false;
    }
    Admin admin = voyage.admin();
    if (admin != null) {
      try {
        return admin.room(target).isEmpty();
      } catch (MatrixException e) {
        if (!e.isUnrecognized() && !e.isForbidden()) {
          throw e;
        }
      }
    }
    return refusal.isNotFound()
        || (!row.action().equals("reuse") && !voyage.bot().memberships().isInvited(target));
  }

  /** Whether nobody of the plan is in a room that stood, so that nothing can be carried there. */
  boolean isLost(CarriedRoom row, RoomId target) {
    return !joined.computeIfAbsent(row.actor(), this::rooms).contains(target)
        && !readers.hasMember(row, target);
  }

  /** The rooms of somebody; none where their account is closed to Ferry. */
  private Set<RoomId> rooms(UserId who) {
    try {
      return Set.copyOf(voyage.homeserver().as(who).memberships().joinedRooms());
    } catch (MatrixException e) {
      if (e.isTokenRefused() || !(e.isForbidden() || e.isNotFound())) {
        throw e;
      }
      return Set.of();
    }
  }
}
