package org.ferry.migrate.replay;

import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
  private static final String MEMBER = "m.room.member";

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
    return present(row.actor(), target);
  }

  /**
   * Somebody who is in a room.
   *
   * @param preferred who it is if they are a member
   * @param target its id on the destination
   * @return them, else a person of the plan who is one, else them nevertheless
   */
  Intent present(UserId preferred, RoomId target) {
    Intent first = voyage.homeserver().as(preferred);
    if (isMember(preferred, target)) {
      return first;
    }
    Set<UserId> people =
        voyage.plan().people().stream()
            .map(Plan.PlanPerson::target)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    // Who left still sees who was there when they did; only then everybody is asked.
    return Stream.concat(lastSeen(first, target).filter(people::contains), people.stream())
        .filter(who -> isMember(who, target))
        .findFirst()
        .map(voyage.homeserver()::as)
        .orElse(first);
  }

  private static Stream<UserId> lastSeen(Intent who, RoomId room) {
    try {
      return who.fullState(room).stream()
          .filter(e -> e.path("type").asText("").equals(MEMBER))
          .filter(e -> e.path("content").path("membership").asText("").equals("join"))
          .map(e -> new UserId(e.path("state_key").asText()));
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return Stream.empty();
    }
  }

  private boolean isMember(UserId user, RoomId room) {
    try {
      return voyage
          .homeserver()
          .as(user)
          .state(room, MEMBER, user.value())
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
