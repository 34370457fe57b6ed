package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;

/**
 * Lets go of ids that people were to have, as which nothing was carried, and which the plan has
 * corrected since: what others did to their membership waits again, for the new id, and invitations
 * of the former one are withdrawn, because whoever gets an account of that name could follow them.
 */
final class Renamed {
  private static final String MEMBER = "m.room.member";
  private static final Set<String> OUTSIDE = Set.of("invite", "knock");

  private final Voyage voyage;
  private final Cast cast;
  private final Map<RoomId, RoomFacts> facts;

  Renamed(Voyage voyage, Cast cast, Map<RoomId, RoomFacts> facts) {
    this.voyage = voyage;
    this.cast = cast;
    this.facts = facts;
  }

  /** Lets go. May be repeated until the new ids are noted. */
  void letGo() {
    Map<UserId, UserId> now = new HashMap<>();
    Set<UserId> left = new HashSet<>();
    for (Plan.PlanPerson person : voyage.plan().people()) {
      cast.target(person.id())
          .ifPresentOrElse(
              target -> now.put(person.id(), target),
              () -> {
                boolean unusedNew = left.add(person.id());
              });
    }
    List<CarriedPerson> changed;
    try (Stream<CarriedPerson> rows = voyage.ledger().people(voyage.id())) {
      changed =
          rows.filter(r -> now.containsKey(r.old()) || left.contains(r.old()))
              .filter(r -> !r.target().equals(now.get(r.old())))
              .toList();
    }
    if (changed.isEmpty()) {
      return;
    }
    Set<UserId> unused = voyage.ledger().undo().unused(voyage.id());
    List<CarriedPerson> free = changed.stream().filter(r -> unused.contains(r.old())).toList();
    if (!free.isEmpty()) {
      List<UserId> people = free.stream().map(CarriedPerson::old).toList();
      long unusedCount = voyage.ledger().undo().reopenMembership(voyage.id(), people);
      free.forEach(row -> withdraw(row, now.values()));
    }
  }

  private void withdraw(CarriedPerson row, Collection<UserId> inUse) {
    if (inUse.contains(row.target())) {
      return;
    }
    List<CarriedRoom> rooms;
    try (Stream<CarriedRoom> all = voyage.ledger().rooms(voyage.id())) {
      rooms = all.filter(r -> wasIn(row.old(), r.old())).toList();
    }
    for (CarriedRoom room : rooms) {
      RoomId target = room.target();
      if (target != null) {
        withdraw(row.target(), target, cast.actor(room.actor()));
      }
    }
  }

  private boolean wasIn(UserId person, RoomId room) {
    RoomFacts fact = facts.get(room);
    return fact != null && (fact.joined().contains(person) || fact.invited().contains(person));
  }

  private static void withdraw(UserId former, RoomId room, Intent actor) {
    try {
      boolean outside =
          actor
              .state(room, MEMBER, former.value())
              .map(c -> c.path("membership").asText(""))
              .filter(OUTSIDE::contains)
              .isPresent();
      if (outside) {
        ObjectNode leave = Json.object().put("membership", "leave").put(Origin.HELPER, true);
        EventId unused = actor.setState(room, MEMBER, former.value(), leave, null);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      // Whoever may not withdraw it could not have invited either.
    }
  }
}
