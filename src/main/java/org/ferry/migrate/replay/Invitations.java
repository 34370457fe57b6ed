package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.plan.MapFile;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Invites members who are at home on a third server, or whom somebody listed with an account there,
 * under their own id, once their room stands, if the run selects them. Each has a row; what failed
 * is tried again by the next run. A server that does not answer is asked once in a run.
 */
final class Invitations {
  private static final String MEMBER = "m.room.member";
  private static final int GIVEN_UP_FROM = 500;

  private final Voyage voyage;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;
  private final Map<UserId, UserId> listed;
  private final Set<UserId> carried;
  private final Map<String, String> before = new HashMap<>();

  private record Guest(Plan.PlanRoom plan, CarriedRoom room, UserId id) {}

  Invitations(Voyage voyage, Map<RoomId, RoomFacts> facts, Selection selection, Watch watch) {
    this.voyage = voyage;
    this.facts = facts;
    this.watch = watch;
    this.listed = MapFile.all(voyage.options().identities());
    this.carried =
        voyage.plan().people().stream()
            .filter(p -> p.action() != Plan.PersonAction.SKIP)
            .map(Plan.PlanPerson::id)
            .filter(selection::selects)
            .collect(Collectors.toSet());
    try (Stream<Invitation> rows = voyage.ledger().invitations(voyage.id())) {
      rows.forEach(i -> before.put(key(i.room(), i.invitee()), i.state()));
    }
  }

  /**
   * Invites.
   *
   * @param rooms the rooms of this run; those that are not finished wait
   */
  void carry(List<Plan.PlanRoom> rooms) throws InterruptedException {
    Map<String, List<Guest>> byServer = new LinkedHashMap<>();
    for (Plan.PlanRoom plan : rooms) {
      for (Guest guest : guests(plan)) {
        byServer.computeIfAbsent(guest.id().server(), s -> new ArrayList<>()).add(guest);
      }
    }
    if (byServer.isEmpty()) {
      return;
    }
    watch.phase("invitations", byServer.values().stream().mapToLong(List::size).sum());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> servers = new ArrayList<>();
      byServer.values().forEach(guests -> servers.add(threads.submit(() -> invite(guests))));
      Rest.whenDone(threads);
      servers.forEach(Invitations::ended);
    }
  }

  /** What a thread failed with is what the run fails with. */
  private static void ended(Future<?> server) {
    if (server.state() == Future.State.FAILED) {
      if (server.exceptionNow() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(server.exceptionNow());
    }
  }

  private List<Guest> guests(Plan.PlanRoom plan) {
    RoomFacts fact = facts.get(plan.id());
    if (plan.action() != Plan.RoomAction.CREATE || fact == null || fact.successor() != null) {
      return List.of();
    }
    Optional<CarriedRoom> row =
        voyage.ledger().room(voyage.id(), plan.id()).filter(r -> r.state() == RoomState.DONE);
    boolean closed = !Json.parseObject(fact.createContent()).path("m.federate").asBoolean(true);
    if (row.isEmpty() || row.get().target() == null || closed) {
      return List.of();
    }
    Set<UserId> ids = new LinkedHashSet<>();
    Stream.concat(fact.joined().stream(), fact.invited().stream())
        .filter(carried::contains)
        .map(u -> listed.getOrDefault(u, u))
        .filter(this::isElsewhere)
        .forEach(ids::add);
    return ids.stream()
        .filter(id -> !"sent".equals(before.get(key(plan.id(), id))))
        .map(id -> new Guest(plan, row.get(), id))
        .toList();
  }

  private boolean isElsewhere(UserId id) {
    return !id.server().equals(voyage.source().info().server())
        && !id.server().equals(voyage.domain());
  }

  /** The guests of one server, one after the other; what failed is said once, with a count. */
  private void invite(List<Guest> guests) {
    String silent = null;
    Map<String, Integer> failed = new LinkedHashMap<>();
    for (Guest guest : guests) {
      if (watch.stopping()) {
        break;
      }
      String reason = silent;
      if (reason == null) {
        try {
          invite(guest);
        } catch (HomeserverFailure e) {
          if (e instanceof MatrixException m && m.isTokenRefused()) {
            throw m;
          }
          reason = words(e);
          boolean refused = e instanceof MatrixException m && m.status() < GIVEN_UP_FROM;
          silent = refused ? null : reason;
        }
      }
      note(guest, reason);
      if (reason != null) {
        int unused = failed.merge(reason, 1, Integer::sum);
      }
      watch.step(1);
    }
    failed.forEach((reason, times) ->
        watch.say(
            "%,d of %,d invitations of members on %s did not go: %s; the next run tries again, ferry status --json lists them"
                .formatted(times, guests.size(), guests.getFirst().id().server(), reason)));
  }

  /** What the server said, without the request, which is another one each time. */
  private static String words(HomeserverFailure failure) {
    return failure instanceof MatrixException e && !e.error().isEmpty()
        ? "%d %s %s".formatted(e.status(), e.errcode(), e.error()).replace("  ", " ")
        : String.valueOf(failure.getMessage());
  }

  private void note(Guest guest, @Nullable String reason) {
    String state = reason == null ? "sent" : "failed";
    voyage
        .ledger()
        .invitation(voyage.id(), new Invitation(guest.plan().id(), guest.id(), state, reason));
  }

  private void invite(Guest guest) {
    RoomId target = guest.room().target();
    if (target == null) {
      return;
    }
    Intent actor = voyage.homeserver().impatient().as(guest.room().actor());
    String present =
        actor
            .state(target, MEMBER, guest.id().value())
            .map(c -> c.path("membership").asText(""))
            .orElse("");
    // Who is there, or was and left or was banned on this side, is not called again.
    if (!present.isEmpty()) {
      return;
    }
    ObjectNode content = Json.object().put("membership", "invite").put(Origin.HELPER, true);
    if (guest.plan().kind() == Plan.RoomClass.DIRECT) {
      content.put("is_direct", true);
    }
    EventId unused = actor.setState(target, MEMBER, guest.id().value(), content, null);
  }

  private static String key(RoomId room, UserId user) {
    return room + " " + user;
  }
}
