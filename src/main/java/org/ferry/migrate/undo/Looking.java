package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Absence;
import org.ferry.migrate.replay.Backwards;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.Snapshots;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.undo.Found.Use;
import org.jspecify.annotations.Nullable;

/** Looks at a room before anything is taken back: what is Ferry's there, and who else was there. */
final class Looking {
  private static final int SHOWN = 5;

  /** What a homeserver writes when a room is made, in the name of who made it. */
  private static final Set<String> MAKING =
      Set.of(
          "m.room.create",
          "m.room.member",
          "m.room.power_levels",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.guest_access",
          "m.room.encryption");

  private final Voyage voyage;
  private final Ours ours;
  private final Readers readers;
  private final Absence absence;
  private final Set<RoomId> begun;

  /**
   * Prepares looking.
   *
   * @param begun rooms that an earlier rollback began with: they are gone on with, used or not
   */
  Looking(Voyage voyage, Ours ours, Set<RoomId> begun) {
    this.voyage = voyage;
    this.ours = ours;
    this.readers = new Readers(voyage);
    this.absence = new Absence(voyage);
    this.begun = begun;
  }

  /** Reads one room; writes nothing. */
  Found look(CarriedRoom room, RoomId target) {
    String name =
        voyage.plan().room(room.old()).map(Plan.PlanRoom::name).orElse(room.old().value());
    boolean goesOn = begun.contains(room.old());
    try {
      Counted counted = count(room, target, readers.of(room, target));
      List<Use> others = goesOn ? List.of() : counted.since.stream().limit(SHOWN).toList();
      return new Found(
          room, target, name, goesOn, counted.ours, others, counted.newest, null, false);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      // Where a rollback was killed after everybody had left, nobody can look any more.
      boolean gone = !goesOn && absence.isGone(room, target, e);
      String problem =
          goesOn || gone
              ? null
              : "it cannot be read; where people use it, type /invite %s there: %s"
                  .formatted(voyage.options().bot(), e.getMessage());
      return new Found(room, target, name, goesOn, 0, List.of(), null, problem, gone);
    }
  }

  /**
   * What somebody has done in a room since it was looked at. Reads no further back than to the
   * event that was the newest then.
   *
   * @return the first of it, empty where there is nothing, or where nobody can look
   */
  Optional<Use> since(Found found) {
    Use first = null;
    try {
      Intent reader = readers.of(found.room(), found.target());
      Iterator<ObjectNode> events = new Backwards(reader, found.target());
      while (events.hasNext()) {
        ObjectNode event = events.next();
        if (event.path("event_id").asText().equals(found.newest())) {
          break;
        }
        if (!ours.did(event)
            && !(found.made() && isMaking(event, found.room()))
            && !isProfile(event, found.target(), reader)) {
          first = use(event);
        }
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      // Taking it back meets the same refusal, and says so.
      return Optional.empty();
    }
    return Optional.ofNullable(first);
  }

  private static final class Counted {
    final List<Use> since = new ArrayList<>();
    final List<Use> later = new ArrayList<>();
    long ours;
    @Nullable String newest;
  }

  private Counted count(CarriedRoom room, RoomId target, Intent reader) {
    boolean made = !room.action().equals("reuse");
    String anchor = made ? null : anchor(voyage, room.old());
    Counted counted = new Counted();
    Iterator<ObjectNode> events = new Backwards(reader, target);
    while (events.hasNext()) {
      ObjectNode event = events.next();
      if (counted.newest == null) {
        counted.newest = event.path("event_id").asText();
      }
      if (event.path("event_id").asText().equals(anchor)) {
        break;
      }
      if (!ours.did(event)) {
        if (!(made && isMaking(event, room)) && !isProfile(event, target, reader)) {
          counted.later.add(use(event));
        }
      } else {
        // Who wrote into a reused room before Ferry came did not write since.
        counted.since.addAll(counted.later);
        counted.later.clear();
        counted.ours += Snapshots.isRedacted(event) ? 0 : 1;
      }
    }
    if (made) {
      counted.since.addAll(counted.later);
    }
    return counted;
  }

  /**
   * An account that makes a direct chat writes its first events without a mark of Ferry's; what it
   * changes afterwards replaces something.
   */
  private static boolean isMaking(ObjectNode event, CarriedRoom room) {
    return event.path("sender").asText().equals(room.actor().value())
        && MAKING.contains(event.path("type").asText())
        && !event.path("unsigned").has("replaces_state");
  }

  /** A new name or picture goes into every room that somebody is in; they did not use the room. */
  private static boolean isProfile(ObjectNode event, RoomId room, Intent reader) {
    String membership = event.path("content").path("membership").asText();
    if (!event.path("type").asText().equals("m.room.member") || !membership.equals("join")) {
      return false;
    }
    JsonNode before = event.path("unsigned").path("prev_content");
    String replaced = event.path("unsigned").path("replaces_state").asText("");
    if (before.isMissingNode() && replaced.startsWith("$")) {
      before =
          reader
              .event(room, new EventId(replaced))
              .map(e -> e.path("content"))
              .orElseGet(MissingNode::getInstance);
    }
    return before.path("membership").asText().equals("join");
  }

  private static Use use(ObjectNode event) {
    return new Use(
        event.path("sender").asText(),
        event.path("type").asText(),
        event.path("origin_server_ts").asLong());
  }

  /** The newest event that a reused room held before; null where no snapshot is kept. */
  static @Nullable String anchor(Voyage voyage, RoomId old) {
    return voyage
        .ledger()
        .undo()
        .snapshot(voyage.id(), old)
        .map(s -> Json.parseObject(s).path("anchor").asText())
        .orElse(null);
  }
}
