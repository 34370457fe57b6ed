package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.RoomContext;
import org.jspecify.annotations.Nullable;

/** What is done with a room once its history stands: notice, state, place in the Space. */
final class RoomFinish {
  static final String NOTICE = "notice";

  private final Voyage voyage;
  private final Cast cast;
  private final Mending mending;
  private final SpaceLinks links;
  private final Readers readers;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;
  private final RoomDirectory directory;
  private final Residents residents;

  RoomFinish(
      Voyage voyage,
      Cast cast,
      Mending mending,
      SpaceLinks links,
      Map<RoomId, RoomFacts> facts,
      Watch watch) {
    this.voyage = voyage;
    this.cast = cast;
    this.mending = mending;
    this.links = links;
    this.readers = new Readers(voyage);
    this.facts = facts;
    this.watch = watch;
    this.residents = new Residents(voyage, cast);
    this.directory = new RoomDirectory(voyage.bot());
  }

  /**
   * Finishes a room. Doing it again changes nothing.
   *
   * @param plan its line in the plan
   * @param row its row in the ledger
   * @param context what its events were rewritten with
   * @param replay sends what has to come last
   */
  void finish(Plan.PlanRoom plan, CarriedRoom row, RoomContext context, RoomReplay replay)
      throws InterruptedException {
    RoomId target = row.target();
    if (target == null) {
      return;
    }
    ObjectNode detail = Json.parseObject(row.detail());
    try {
      UserId acting = readers.of(row, target).user();
      if (context.shell() && detail.path(NOTICE).asText("").isEmpty()) {
        notice(plan, row, detail, acting);
      }
      if (!context.reused() && (replay.moved() || row.state() != RoomState.DONE)) {
        mending.mend(plan.id(), target, context, acting);
      }
      replay.finish();
      if (context.reused() && (replay.moved() || row.state() != RoomState.DONE)) {
        residents.settle(plan.id(), target, members(plan.id()));
      }
      archiveName(plan, row);
      links.link(plan, target, acting);
      directory(plan, target, detail);
      note(row, RoomState.DONE, null, detail);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say("%s is not finished: %s".formatted(plan.name(), e.getMessage()));
      note(row, RoomState.OPEN, e.getMessage(), detail);
    }
  }

  /** Who is a member on the source now. */
  private Set<UserId> members(RoomId old) {
    RoomFacts fact = facts.get(old);
    return fact == null
        ? Set.of()
        : fact.joined().stream().flatMap(p -> cast.target(p).stream()).collect(Collectors.toSet());
  }

  /** Says it once: the intention comes first, and what was only intended is looked for. */
  private void notice(Plan.PlanRoom plan, CarriedRoom row, ObjectNode detail, UserId acting) {
    RoomId target = Objects.requireNonNull(row.target());
    Optional<EventId> stands =
        detail.has(NOTICE)
            ? standing(target, List.of(acting.value(), row.actor().value()))
            : Optional.empty();
    if (!detail.has(NOTICE)) {
      note(row, row.state(), row.reason(), detail.put(NOTICE, ""));
    }
    EventId id = stands.orElseGet(() -> notice(plan, target, acting));
    note(row, row.state(), row.reason(), detail.put(NOTICE, id.value()));
  }

  private Optional<EventId> standing(RoomId target, List<String> senders) {
    Iterator<ObjectNode> events =
        new Backwards(readers.present(voyage.options().bot(), target), target);
    while (events.hasNext()) {
      ObjectNode event = events.next();
      if (event.path("type").asText().equals("m.room.message")
          && Origin.isHelper(event.path("content"))
          && senders.contains(event.path("sender").asText())) {
        return Optional.of(new EventId(event.path("event_id").asText()));
      }
    }
    return Optional.empty();
  }

  private EventId notice(Plan.PlanRoom plan, RoomId target, UserId acting) {
    ObjectNode content =
        Json.object().put("msgtype", "m.notice").put("body", words(plan)).put(Origin.HELPER, true);
    int generation = voyage.ledger().undo().generation(voyage.id(), plan.id());
    String txn =
        Txn.of(
            generation, voyage.source().info().server(), plan.id().value(), NOTICE, target.value());
    return cast.fromDevice(acting, i -> i.send(target, "m.room.message", txn, content, null));
  }

  /** A room without a name of its own is told from its counterpart all the same. */
  private void archiveName(Plan.PlanRoom plan, CarriedRoom row) {
    RoomId target = row.target();
    RoomFacts fact = facts.get(plan.id());
    if (plan.archive() && target != null && fact != null && fact.name() == null) {
      ObjectNode name = Json.object().put("name", plan.name()).put(Origin.HELPER, true);
      EventId unused = cast.actor(row.actor()).setState(target, "m.room.name", "", name, null);
    }
  }

  private String words(Plan.PlanRoom plan) {
    RoomFacts fact = facts.get(plan.id());
    String language = voyage.options().language();
    return fact == null || !fact.encrypted()
        ? Notices.bareShell(language)
        : Notices.encryptedShell(language, fact.counts().encrypted());
  }

  private boolean listed(Plan.PlanRoom plan) {
    RoomFacts fact = facts.get(plan.id());
    return fact != null && fact.listed();
  }

  private void directory(Plan.PlanRoom plan, RoomId target, ObjectNode detail) {
    detail.remove(Standing.UNLISTED);
    if (plan.action() == Plan.RoomAction.CREATE && listed(plan)) {
      directory
          .list(target, plan.name())
          .ifPresent(
              why -> detail.put(Standing.UNLISTED, "it is not in the public directory: " + why));
    }
  }

  /** Says what of the finished rooms could not be done and need not hold anybody up. */
  void report() {
    directory.report(watch);
  }

  private void note(CarriedRoom row, RoomState state, @Nullable String reason, ObjectNode detail) {
    voyage.ledger().room(voyage.id(), row.settled(state, reason, Json.text(detail)));
  }
}
