package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.replay.Cast;
import org.ferry.migrate.replay.Readers;
import org.ferry.migrate.replay.Voyage;

/**
 * Empties a room that Ferry made: nothing leads to it any more and nobody is in it. Every step may
 * be repeated, and a room that is empty already is found so.
 */
final class Emptying {
  private static final Set<String> INSIDE = Set.of("join", "invite", "knock");

  private final Voyage voyage;
  private final Cast cast;
  private final Ours ours;
  private final Links links;
  private final Purge purge;
  private final Map<RoomId, RoomFacts> facts;

  Emptying(Voyage voyage, Cast cast, Ours ours, Links links, Purge purge, List<RoomFacts> facts) {
    this.voyage = voyage;
    this.cast = cast;
    this.ours = ours;
    this.links = links;
    this.purge = purge;
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, f -> f));
  }

  /** Empties one room. */
  void empty(Undone undone) {
    Found found = undone.found();
    RoomId target = found.target();
    links.unlink(target);
    links.aliases(found.room().old(), target, undone);
    RoomFacts fact = facts.get(found.room().old());
    if (fact != null && fact.isSpace()) {
      links.withoutParent(found.room().old(), target);
    }
    Intent reader = new Readers(voyage).of(found.room(), target);
    List<UserId> inside;
    try {
      inside = inside(reader, target);
    } catch (MatrixException e) {
      if (!(e.isForbidden() || e.isNotFound()) || !found.begun()) {
        throw e;
      }
      return; // Everybody had left when an earlier run ended.
    }
    links.hide(target);
    if (fact != null && fact.direct()) {
      inside.stream()
          .filter(u -> ours.actsFor(u.value()))
          .forEach(u -> links.noDirectChat(u, target));
    }
    if (purge.delete(target)) {
      undone.wasDeleted();
    } else {
      leave(inside, reader, undone);
    }
  }

  /** Cuts what leads to a room that is gone, as far as Ferry made that. */
  void forget(Undone undone) {
    Found found = undone.found();
    if (found.made()) {
      links.unlink(found.target());
    }
    links.aliases(found.room().old(), found.target(), undone);
    RoomFacts fact = facts.get(found.room().old());
    if (fact != null && fact.isSpace()) {
      links.withoutParent(found.room().old(), found.target());
    }
    if (fact != null && fact.direct()) {
      fact.joined().stream()
          .flatMap(u -> cast.target(u).stream())
          .forEach(u -> links.noDirectChat(u, found.target()));
    }
  }

  private static List<UserId> inside(Intent reader, RoomId target) {
    List<UserId> inside = new ArrayList<>();
    for (ObjectNode event : reader.fullState(target)) {
      String key = event.path("state_key").asText("");
      boolean member = event.path("type").asText().equals("m.room.member");
      String membership = event.path("content").path("membership").asText();
      if (member && INSIDE.contains(membership) && UserId.isValid(key)) {
        inside.add(new UserId(key));
      }
    }
    return inside;
  }

  /** Others first, while somebody with power is there; then Ferry's, and last who has the power. */
  private void leave(List<UserId> inside, Intent last, Undone undone) {
    RoomId target = undone.found().target();
    for (UserId user : inside) {
      if (!ours.actsFor(user.value())) {
        remove(last, user, target, undone);
      }
    }
    for (UserId user : inside) {
      if (ours.actsFor(user.value()) && !user.equals(last.user())) {
        go(user, target, undone);
      }
    }
    go(last.user(), target, undone);
  }

  private static void remove(Intent by, UserId user, RoomId target, Undone undone) {
    try {
      by.memberships().kick(target, user, null);
      undone.removedOne();
    } catch (MatrixException e) {
      if (!e.isForbidden()) {
        throw e;
      }
      undone.remark(user + " has as much power there and stays");
    }
  }

  private void go(UserId user, RoomId target, Undone undone) {
    try {
      cast.actor(user).memberships().leave(target, null);
      undone.leftOne();
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      // Not in the room any more.
    }
  }
}
