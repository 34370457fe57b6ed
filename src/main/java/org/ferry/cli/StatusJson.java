package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.ferry.app.Accounts;
import org.ferry.app.Carrying;
import org.ferry.app.Conversations;
import org.ferry.app.Destinations;
import org.ferry.app.Ferry;
import org.ferry.app.Listed;
import org.ferry.app.NotBegun;
import org.ferry.app.Webhooks;
import org.ferry.app.Wishes;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.Standing;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.plan.ForeignRoom;

/** Where crossings stand, as JSON; {@link StatusView} has the same in lines. */
final class StatusJson {
  private StatusJson() {}

  /** What {@code ferry status --json} prints. */
  static ObjectNode all(List<Standing> standings, Ferry ferry) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("crossings");
    Optional<CrossingLedger.Worker> worker = ferry.crossings().atWork();
    standings.forEach(s -> list.add(of(s, ferry, worker.isPresent())));
    worker.ifPresentOrElse(
        w ->
            json.putObject("at_work")
                .put("command", w.command())
                .put("host", w.host())
                .put("pid", w.pid())
                .put("since", w.since().toString()),
        () -> json.putNull("at_work"));
    ArrayNode webhooks = json.putArray("webhooks");
    new Webhooks(ferry)
        .list()
        .forEach(line -> webhooks.addPOJO(WebhooksListCommand.document(line)));
    ArrayNode accounts = json.putArray("accounts");
    new Accounts(ferry)
        .list()
        .forEach(account -> accounts.addPOJO(AccountsListCommand.document(account)));
    Optional<Instant> live = ferry.lastLiveEvent();
    json.put("last_live_event", live.map(Instant::toString).orElse(null));
    live.ifPresent(at ->
        json.put(
            "last_live_event_age_seconds",
            Duration.between(at, ferry.clock().instant()).toSeconds()));
    Conversations.Figures figures = new Conversations(ferry).figures();
    ObjectNode events = json.putObject("live_events");
    figures.states().forEach(events::put);
    ObjectNode reasons = json.putObject("undecryptable");
    figures.undecryptable().forEach(reasons::put);
    return json.put("quarantined", figures.quarantined()).put("messages_told", figures.told());
  }

  /**
   * One crossing.
   *
   * @param atWork whether a process is writing to its destination
   */
  static ObjectNode of(Standing standing, Ferry ferry, boolean atWork) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", standing.crossing().server())
        .put("domain", standing.crossing().domain())
        .put("space", standing.crossing().space().value())
        .put("space_alias", Destinations.alias(ferry, standing.crossing()).orElse(null));
    Optional<Carrying.Rate> rate = Carrying.rate(ferry, standing.crossing());
    rate.ifPresent(r ->
        json.putObject("rate")
            .put("events_per_second", r.eventsPerSecond())
            .put("events_per_second_of_the_run", r.average())
            .put("waiting_for_homeserver", r.waiting())
            .put("held_back_by", r.heldBackBy())
            .put("events_left", r.left())
            .put("at", r.at().toString())
            .put("age_seconds", RateLine.age(r, ferry.clock().instant()).toSeconds())
            .put("current", RateLine.isCurrent(r, ferry.clock().instant(), atWork)));
    standing.people().forEach(json.putObject("people")::put);
    standing.media().forEach(json.putObject("media")::put);
    Standing.Sums e = standing.events();
    json.putObject("events")
        .put("total", e.total())
        .put("waiting", e.waiting())
        .put("in_doubt", e.doubt())
        .put("carried", e.carried())
        .put("merged", e.merged())
        .put("skipped", e.skipped())
        .put("failed", e.failed())
        .put("late", e.late());
    standing.skipped().forEach(json.putObject("skipped")::put);
    EncryptedView.json(json, ferry, standing.crossing());
    NotBegun notBegun = NotBegun.of(ferry, standing);
    json.putObject("not_begun").put("rooms", notBegun.rooms()).put("messages", notBegun.messages());
    more(json, standing, ferry);
    standing.settings().forEach(json.putObject("settings")::put);
    ArrayNode rooms = json.putArray("rooms");
    for (Standing.RoomLine room : standing.rooms()) {
      rooms
          .addObject()
          .put("id", room.old().value())
          .put("target", room.target() == null ? null : room.target().value())
          .put("state", room.state().name().toLowerCase(Locale.ROOT))
          .put("reason", room.reason())
          .put("events", room.progress().total())
          .put("waiting", room.progress().waiting())
          .put("in_doubt", room.progress().doubt())
          .put("carried", room.progress().carried())
          .put("merged", room.progress().merged())
          .put("skipped", room.progress().skipped())
          .put("failed", room.progress().failed())
          .put("late", room.progress().late());
    }
    takenBack(rooms, standing, ferry);
    standing.failed().forEach(json.putObject("failed")::put);
    failures(json.putArray("failures"), standing.failures());
    failures(json.putArray("aliases_left"), StatusView.left(standing, "alias"));
    failures(json.putArray("unlisted"), StatusView.left(standing, "directory"));
    return json;
  }

  private static void failures(ArrayNode list, List<Standing.Failure> failures) {
    for (Standing.Failure failure : failures) {
      list.addObject()
          .put("kind", failure.kind())
          .put("id", failure.what())
          .put("room", failure.where())
          .put("reason", failure.reason());
    }
  }

  private static void takenBack(ArrayNode rooms, Standing standing, Ferry ferry) {
    for (TakenBack back : ferry.crossings().undo().takenBack(standing.crossing().id())) {
      if (StatusView.isAway(back, standing)) {
        rooms
            .addObject()
            .put("id", back.old().value())
            .putNull("target")
            .put("was", back.target().value())
            .put("state", "rolled_back")
            .put("at", back.at().toString());
      }
    }
  }

  private static void more(ObjectNode json, Standing standing, Ferry ferry) {
    ArrayNode invitations = json.putArray("invitations");
    for (Invitation i : StatusView.invitations(standing, ferry)) {
      invitations
          .addObject()
          .put("room", i.room().value())
          .put("user", i.invitee().value())
          .put("state", i.state())
          .put("reason", i.reason());
    }
    ArrayNode listed = json.putArray("listed");
    for (ForeignRoom r : Listed.of(ferry, standing.crossing())) {
      listed
          .addObject()
          .put("id", r.id().value())
          .put("name", r.name())
          .put("members", r.members())
          .put("link", r.link());
    }
    Optional<Wishes.Asked> asked = Wishes.asked(ferry, standing);
    json.put("left_waiting_by", asked.map(Wishes.Asked::how).orElse(null));
    asked.ifPresent(a ->
        json.put("asked_for", a.events())
            .put("asked_for_waiting", a.waiting())
            .put("left_waiting", StatusView.open(standing) - a.waiting()));
  }
}
