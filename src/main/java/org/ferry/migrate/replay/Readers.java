package org.ferry.migrate.replay;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
  private static final Set<String> LAST_SEEN = Set.of("join", "invite");

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

  /** Whether who made a room, or a person of the plan, is in it. */
  boolean hasMember(CarriedRoom row, RoomId target) {
    return isMember(of(row, target).user(), target);
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
    // Not each person of the plan is asked: in a room that everybody left, that were all of them.
    return members(first, target).stream()
        .filter(people::contains)
        .filter(who -> isMember(who, target))
        .findFirst()
        .map(voyage.homeserver()::as)
        .orElse(first);
  }

  /**
   * Who is in a room now, which Synapse tells an application service that has anybody in it; where
   * that is refused, who was in it or invited when somebody left, which who left still sees.
   */
  private static List<UserId> members(Intent who, RoomId room) {
    return unlessRefused(() -> List.copyOf(who.memberships().joinedMembers(room).keySet()))
        .or(() -> unlessRefused(() -> lastSeen(who, room)))
        .orElse(List.of());
  }

  private static List<UserId> lastSeen(Intent who, RoomId room) {
    return who.fullState(room).stream()
        .filter(e -> e.path("type").asText("").equals(MEMBER))
        .filter(e -> LAST_SEEN.contains(e.path("content").path("membership").asText("")))
        .map(e -> new UserId(e.path("state_key").asText()))
        .toList();
  }

  private static <T> Optional<T> unlessRefused(Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private boolean isMember(UserId user, RoomId room) {
    return unlessRefused(() -> voyage.homeserver().as(user).state(room, MEMBER, user.value()))
        .flatMap(state -> state)
        .filter(c -> c.path("membership").asText("").equals("join"))
        .isPresent();
  }
}
