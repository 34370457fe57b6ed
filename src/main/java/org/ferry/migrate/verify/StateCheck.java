package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.model.Event;

/** Compares a room's present members and state, and its place in the Space. */
final class StateCheck {
  private static final String MEMBER = "m.room.member";

  private final Voyage voyage;
  private final Rewriter rewriter;
  private final Findings findings;

  StateCheck(Voyage voyage, Rewriter rewriter, Findings findings) {
    this.voyage = voyage;
    this.rewriter = rewriter;
    this.findings = findings;
  }

  /** Compares one room that Ferry made. */
  void run(Plan.PlanRoom plan, Intent reader, RoomId target, RoomContext context) {
    Map<String, ObjectNode> present = new HashMap<>();
    for (ObjectNode event : reader.fullState(target)) {
      present.put(key(event.path("type").asText(), event.path("state_key").asText()), event);
    }
    for (Event event : voyage.sources().currentState(voyage.source().id(), plan.id())) {
      Optional<EventFate> fate = voyage.ledger().fate(voyage.id(), event.id());
      boolean arrived =
          fate.filter(f -> f.state() == EventState.CARRIED || f.state() == EventState.MERGED)
              .isPresent();
      if (arrived && !event.type().equals("m.space.parent")) {
        compare(event, context, present);
      }
    }
    if (plan.inSpace()) {
      inSpace(plan, present);
    }
  }

  private void compare(Event event, RoomContext context, Map<String, ObjectNode> present) {
    Rewritten rewritten;
    try {
      rewritten = rewriter.rewrite(event, context.atTheEnd().withoutWaiting());
    } catch (IllegalArgumentException e) {
      return;
    }
    if (!(rewritten instanceof Rewritten.Send send) || send.stateKey() == null) {
      return;
    }
    JsonNode now =
        Optional.ofNullable(present.get(key(send.type(), send.stateKey())))
            .map(e -> e.path("content"))
            .orElseGet(Json::object);
    if (send.type().equals(MEMBER)) {
      equal(
          "membership",
          send.stateKey(),
          send.content().path("membership").asText(""),
          now.path("membership").asText("none"));
    } else {
      equal(
          "state",
          send.type() + " " + send.stateKey(),
          plain(send.content()),
          plain(now instanceof ObjectNode o ? o : Json.object()));
    }
  }

  private void inSpace(Plan.PlanRoom plan, Map<String, ObjectNode> present) {
    List<String> canonical =
        present.values().stream()
            .filter(e -> e.path("type").asText("").equals("m.space.parent"))
            .filter(e -> e.path("content").path("canonical").asBoolean(false))
            .map(e -> e.path("state_key").asText())
            .toList();
    if (canonical.size() != 1) {
      findings.add("space", plan.id().value(), "one canonical parent", canonical.toString());
    }
  }

  private void equal(String kind, String what, String expected, String found) {
    if (!expected.equals(found)) {
      findings.add(kind, what, expected, found);
    }
  }

  private static String plain(ObjectNode content) {
    ObjectNode copy = content.deepCopy();
    copy.remove(List.of(Origin.KEY, Origin.HELPER));
    return Json.canonical(copy);
  }

  private static String key(String type, String stateKey) {
    return type + '\u0000' + stateKey;
  }
}
