package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.migrate.verify.Suspects.Suspect;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/**
 * Compares a room's present members and settings, both ways. Of a room that was there before only
 * that those who are members on the source are members there.
 */
final class StateCheck {
  private static final String MEMBER = "m.room.member";
  private static final String PARENT = "m.space.parent";
  private static final List<String> PRESENT = List.of("join", "invite", "knock");

  /** What a homeserver writes when a room is made, in the name of who made it. */
  private static final Set<String> CREATION =
      Set.of(
          "m.room.create",
          "m.room.power_levels",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.guest_access");

  private final Voyage voyage;
  private final Expectation expectation;
  private final Crew crew;
  private final Suspects suspects;
  private final Findings findings;

  StateCheck(
      Voyage voyage, Expectation expectation, Crew crew, Suspects suspects, Findings findings) {
    this.voyage = voyage;
    this.expectation = expectation;
    this.crew = crew;
    this.suspects = suspects;
    this.findings = findings;
  }

  /** A type and a state key. */
  private record Slot(String type, String key) {
    String words() {
      return key.isEmpty() ? type : type + " " + key;
    }
  }

  /** What may stand in a slot, and whose event says so. */
  private record Wanted(EventFate fate, ObjectNode content) {}

  /**
   * Compares.
   *
   * @param plan the room's line in the plan
   * @param state all of its present state
   */
  void run(Plan.PlanRoom plan, List<ObjectNode> state) {
    if (voyage.sources().forgotten(voyage.source().id()) > 0) {
      return; // What the state said is not known any more.
    }
    Map<Slot, ObjectNode> present = new HashMap<>();
    for (ObjectNode event : state) {
      present.put(new Slot(event.path("type").asText(), event.path("state_key").asText()), event);
    }
    Map<Slot, List<Wanted>> wanted = wanted(plan.id());
    boolean made = plan.action() == Plan.RoomAction.CREATE;
    wanted.forEach((slot, any) -> {
      if (made || (slot.type().equals(MEMBER) && isJoin(any))) {
        compare(slot, any, present.get(slot));
      }
    });
    if (made) {
      present.forEach((slot, event) -> {
        if (!wanted.containsKey(slot)) {
          surplus(slot, event);
        }
      });
      if (plan.inSpace()) {
        oneParent(plan.id(), present);
      }
    }
  }

  private Map<Slot, List<Wanted>> wanted(RoomId room) {
    Map<Slot, List<Wanted>> wanted = new HashMap<>();
    for (Event event : voyage.sources().currentState(voyage.source().id(), room)) {
      Optional<EventFate> fate = voyage.ledger().fate(voyage.id(), event.id());
      if (!event.type().equals(PARENT) && fate.filter(StateCheck::arrived).isPresent()) {
        expected(event)
            .ifPresent(send ->
                wanted
                    .computeIfAbsent(
                        new Slot(send.type(), String.valueOf(send.stateKey())),
                        s -> new ArrayList<>())
                    .add(new Wanted(fate.get(), send.content())));
      }
    }
    return wanted;
  }

  private static boolean arrived(EventFate fate) {
    return fate.state() == EventState.CARRIED || fate.state() == EventState.MERGED;
  }

  private Optional<Rewritten.Send> expected(Event event) {
    try {
      return expectation.now(event) instanceof Rewritten.Send send && send.stateKey() != null
          ? Optional.of(send)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      // Its event is named as unreadable already.
      return Optional.empty();
    }
  }

  /** Of several people who became one, any one's membership is right. */
  private void compare(Slot slot, List<Wanted> any, @Nullable ObjectNode event) {
    JsonNode now = event == null ? Json.object() : event.path("content");
    if (slot.type().equals(MEMBER)) {
      String membership = membership(now);
      if (any.stream().noneMatch(w -> membership(w.content()).equals(membership))) {
        suspects.add(
            new Suspect(
                Kind.MEMBERSHIP,
                slot.key(),
                membership(any.getFirst().content()),
                membership,
                event));
      }
    } else if (!isHung(slot, now) && any.stream().noneMatch(w -> stands(w, now))) {
      suspects.add(
          new Suspect(
              Kind.STATE,
              slot.words(),
              plain(any.getFirst().content()),
              event == null ? null : plain(now),
              event));
    }
  }

  /** Where the plan puts a room is looked at with its place in the Space. */
  private static boolean isHung(Slot slot, JsonNode now) {
    return slot.type().equals(SpaceCheck.CHILD) && Origin.isHelper(now);
  }

  private boolean stands(Wanted wanted, JsonNode now) {
    String there = plain(now);
    return Stream.concat(
            Stream.of(wanted.content()),
            expectation.then(wanted.fate(), there).map(Rewritten.Send::content))
        .anyMatch(content -> plain(content).equals(there));
  }

  private static boolean isJoin(List<Wanted> any) {
    return any.stream().anyMatch(w -> membership(w.content()).equals("join"));
  }

  private static String membership(JsonNode content) {
    return content.path("membership").asText("none");
  }

  /** Something that the source has not: a newcomer, a new setting, or a helper left behind. */
  private void surplus(Slot slot, ObjectNode event) {
    String sender = event.path("sender").asText("");
    // A direct chat may be made by an account that somebody logs in to.
    boolean made = sender.equals(expectation.helper()) && isOfCreation(slot.type());
    boolean ours = made || crew.has(sender);
    if (slot.type().equals(MEMBER)) {
      member(slot.key(), event);
    } else if (!ours
        && !Origin.isHelper(event.path("content"))
        && !isKnown(event)
        && !event.path("content").isEmpty()) {
      suspects.add(
          new Suspect(Kind.STATE, slot.words(), null, plain(event.path("content")), event));
    }
  }

  private boolean isOfCreation(String type) {
    boolean forced = voyage.plan().forced() == Plan.ForcedEncryption.ACCEPT;
    return CREATION.contains(type) || (forced && type.equals("m.room.encryption"));
  }

  private void member(String user, ObjectNode event) {
    boolean present = PRESENT.contains(membership(event.path("content")));
    if (!present || user.equals(expectation.helper()) || crew.isBot(user)) {
      return;
    }
    if (!crew.has(user)) {
      findings.newcomer(user);
    } else if (!isKnown(event)) {
      suspects.add(
          new Suspect(Kind.MEMBERSHIP, user, "none", membership(event.path("content")), event));
    }
  }

  private boolean isKnown(ObjectNode event) {
    return voyage
        .ledger()
        .origin(voyage.id(), new EventId(event.path("event_id").asText()))
        .isPresent();
  }

  private void oneParent(RoomId room, Map<Slot, ObjectNode> present) {
    List<String> canonical =
        present.entrySet().stream()
            .filter(e -> e.getKey().type().equals(PARENT))
            .filter(e -> e.getValue().path("content").path("canonical").asBoolean(false))
            .map(e -> e.getKey().key())
            .toList();
    if (canonical.size() != 1) {
      findings.add(Kind.SPACE, room.value(), "one canonical parent", canonical.toString());
    }
  }

  private static String plain(JsonNode content) {
    if (!(content instanceof ObjectNode object)) {
      return "{}";
    }
    ObjectNode copy = object.deepCopy();
    copy.remove(List.of(Origin.KEY, Origin.HELPER));
    return Json.canonical(copy);
  }
}
