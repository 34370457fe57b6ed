package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.replay.Cast;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.SpaceLinks;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** Cuts what leads to a room: spaces, aliases, the directory, people's lists of direct chats. */
final class Links {
  private static final String CHILD = "m.space.child";
  private static final String PARENT = "m.space.parent";
  static final String DIRECT = "m.direct";

  private final Voyage voyage;
  private final Cast cast;
  private final Ours ours;
  private final Map<RoomId, UserId> spaces = new LinkedHashMap<>();
  private @Nullable Map<String, Set<RoomId>> saidParents;

  /**
   * Prepares cutting.
   *
   * @param facts what the source's rooms are; those that are spaces may hold the room
   */
  Links(Voyage voyage, Cast cast, Ours ours, List<RoomFacts> facts) {
    this.voyage = voyage;
    this.cast = cast;
    this.ours = ours;
    spaces.put(voyage.space(), voyage.options().bot());
    Map<RoomId, RoomFacts> sources = new LinkedHashMap<>();
    facts.stream().filter(RoomFacts::isSpace).forEach(f -> sources.put(f.id(), f));
    try (Stream<CarriedRoom> rooms = voyage.ledger().rooms(voyage.id())) {
      rooms
          .filter(r -> r.target() != null && sources.containsKey(r.old()))
          .forEach(r -> spaces.put(r.target(), r.actor()));
    }
  }

  /** Takes a room out of the Space and of every sub-space that was carried. */
  void unlink(RoomId target) {
    spaces.forEach((space, actor) -> unlink(space, cast.actor(actor), target));
  }

  /**
   * Takes a room that was there before out of the Space, where it was a crossing into this Space
   * that put it in. Where Ferry's bot may not any more, a remark says so, and the rest goes on.
   */
  void leaveSpace(RoomId target, Undone undone) {
    boolean put =
        voyage.ledger().all().stream()
            .filter(c -> c.space().equals(voyage.space()))
            .anyMatch(c -> SpaceLinks.hasHung(voyage.ledger(), c.id(), target));
    if (!put) {
      return;
    }
    Intent bot = voyage.bot();
    try {
      boolean stands =
          bot.stateEvent(voyage.space(), CHILD, target.value())
              .filter(e -> ours.did(e) && e.path("content").has("via"))
              .isPresent();
      if (stands) {
        EventId unused = bot.setState(voyage.space(), CHILD, target.value(), Json.object(), null);
      }
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      undone.remark(
          "it may still hang in the Space, into which Ferry had put it: " + e.getMessage());
    }
  }

  private void unlink(RoomId space, Intent actor, RoomId child) {
    if (space.equals(child)) {
      return;
    }
    try {
      Optional<ObjectNode> link = actor.state(space, CHILD, child.value());
      if (link.filter(l -> l.has("via")).isPresent()) {
        // The Space is people's, and as it was before; in what was carried a proof sees the help.
        ObjectNode empty = space.equals(voyage.space()) ? Json.object() : help();
        EventId unused = actor.setState(space, CHILD, child.value(), empty, null);
      }
    } catch (MatrixException e) {
      // A sub-space that was emptied before has no members left who could look; it holds nothing.
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
    }
  }

  /**
   * Rooms that were left alone name a sub-space that goes as a parent no longer. Only those are
   * asked that may name it: because the plan says so, or because their own history did.
   *
   * @param old the space on the source
   * @param space where it stands
   */
  void withoutParent(RoomId old, RoomId space) {
    Set<RoomId> naming = new HashSet<>(saidParents().getOrDefault(old.value(), Set.of()));
    voyage.plan().rooms().stream()
        .filter(r -> r.parents().contains(old))
        .forEach(r -> naming.add(r.id()));
    List<CarriedRoom> standing;
    try (Stream<CarriedRoom> rooms = voyage.ledger().rooms(voyage.id())) {
      standing = rooms.filter(r -> naming.contains(r.old())).toList();
    }
    Readers readers = new Readers(voyage);
    for (CarriedRoom row : standing) {
      RoomId room = row.target();
      if (room != null && !room.equals(space)) {
        withoutParent(readers.of(row, room), room, space);
      }
    }
  }

  /** By space of the source: the rooms whose own state calls it a parent. */
  private synchronized Map<String, Set<RoomId>> saidParents() {
    Map<String, Set<RoomId>> known = saidParents;
    if (known == null) {
      known = new HashMap<>();
      try (Stream<Event> links =
          voyage.sources().currentState(voyage.source().id(), Set.of(PARENT))) {
        for (Event link : (Iterable<Event>) links::iterator) {
          String space = link.stateKey();
          if (space != null) {
            known.computeIfAbsent(space, s -> new HashSet<>()).add(link.room());
          }
        }
      }
      saidParents = known;
    }
    return known;
  }

  private void withoutParent(Intent actor, RoomId room, RoomId space) {
    try {
      Optional<ObjectNode> link = actor.stateEvent(room, PARENT, space.value());
      if (link.filter(l -> l.path("content").has("via") && ours.did(l)).isPresent()) {
        EventId unused = actor.setState(room, PARENT, space.value(), help(), null);
      }
    } catch (MatrixException e) {
      // Where nobody of Ferry's has power any more, people name the parents.
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
    }
  }

  private static ObjectNode help() {
    return Json.object().put(Origin.HELPER, true);
  }

  /** Deletes the aliases that Ferry made for a room, where they still lead there. */
  void aliases(RoomId old, RoomId target, Undone undone) {
    List<CarriedAlias> made;
    try (Stream<CarriedAlias> all = voyage.ledger().aliases(voyage.id())) {
      made = all.filter(a -> a.room().equals(old) && a.ours()).toList();
    }
    for (CarriedAlias alias : made) {
      Optional<ResolvedAlias> leads = voyage.bot().resolveAlias(alias.target());
      if (leads.filter(r -> r.room().equals(target)).isPresent()) {
        voyage.bot().deleteAlias(alias.target());
        undone.aliasGone();
      }
    }
  }

  /** Takes a room out of the public directory. */
  void hide(RoomId target) {
    try {
      voyage.bot().setDirectoryVisibility(target, false);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      // Who may not take it out could not have put it in.
    }
  }

  /** Takes a room out of a person's list of direct chats. */
  void noDirectChat(UserId owner, RoomId target) {
    Intent intent = cast.actor(owner);
    ObjectNode present = intent.preferences().accountData(DIRECT).orElseGet(Json::object);
    ObjectNode less = Json.object();
    for (Map.Entry<String, JsonNode> entry : present.properties()) {
      ArrayNode kept = Json.array();
      entry.getValue().forEach(room -> keep(room, target, kept));
      if (!kept.isEmpty() || entry.getValue().isEmpty()) {
        less.set(entry.getKey(), kept);
      }
    }
    if (!less.equals(present)) {
      intent.preferences().putAccountData(DIRECT, less);
    }
  }

  private static void keep(JsonNode room, RoomId gone, ArrayNode kept) {
    if (!room.asText().equals(gone.value())) {
      kept.add(room);
    }
  }
}
