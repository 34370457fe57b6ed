package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.SpaceTree;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.migrate.rewrite.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Hangs a room into the Space: as a child of the Space itself unless it has parents of its own, and
 * with exactly one canonical parent. A room that was there before becomes a child of the Space
 * where it is in none of its spaces, and hears nothing of that.
 */
public final class SpaceLinks {
  static final String CHILD = "m.space.child";
  private static final String PARENT = "m.space.parent";
  private static final String HUNG = "hung:";

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final Marks marks;

  /** Where spaces stood that were taken back; a room that was left alone may name them still. */
  private final Map<RoomId, RoomId> takenBack;

  private @Nullable Set<RoomId> tree;

  SpaceLinks(Voyage voyage, Cast cast, LedgerLookups lookups) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.marks = new Marks(voyage, cast.crew());
    this.takenBack =
        voyage.ledger().undo().takenBack(voyage.id()).stream()
            .filter(TakenBack::done)
            .collect(Collectors.toMap(TakenBack::old, TakenBack::target));
  }

  /**
   * Links a room that stands; does nothing where it is linked already. What somebody else wrote
   * there stays: an order, a suggestion, a room taken out of the Space.
   *
   * @param acting who writes into the room: a member with power
   */
  void link(Plan.PlanRoom room, RoomId target, UserId acting) {
    if (!room.inSpace() || room.action() != Plan.RoomAction.CREATE) {
      return;
    }
    RoomId parent = canonicalParent(room);
    Intent inRoom = cast.actor(acting);
    if (parent.equals(voyage.space())) {
      put(voyage.bot(), voyage.space(), CHILD, target, link());
    } else {
      // A run before its sub-space stood has hung it into the Space itself.
      unlink(voyage.bot(), voyage.space(), CHILD, target);
      unlink(inRoom, target, PARENT, voyage.space());
    }
    Set<RoomId> standing = standing(room).collect(Collectors.toSet());
    room.parents().stream()
        .map(takenBack::get)
        .filter(p -> p != null && !p.equals(parent) && !standing.contains(p))
        .forEach(p -> unlink(inRoom, target, PARENT, p));
    Optional<ObjectNode> present = inRoom.stateEvent(target, PARENT, parent.value());
    if (present.isEmpty() || marks.isOurs(present.get())) {
      ObjectNode content =
          present.map(SpaceLinks::content).map(SpaceLinks::ours).orElseGet(this::link);
      put(inRoom, target, PARENT, parent, content.put("canonical", true));
    }
  }

  /**
   * Hangs a room that was there before into the Space, where it stands nowhere in it, nor in a
   * sub-space, and nobody has taken it out. Its own state stays as it is.
   */
  void enter(RoomId target) {
    Intent bot = voyage.bot();
    boolean others =
        bot.stateEvent(voyage.space(), CHILD, target.value())
            .filter(e -> !e.path("sender").asText("").equals(bot.user().value()))
            .isPresent();
    if (!others && !tree().contains(target)) {
      // The bot's name on a link is no proof: it hangs the rooms that it makes as well.
      voyage.ledger().note(voyage.id(), HUNG + target, "{}");
      EventId unused = bot.setState(voyage.space(), CHILD, target.value(), link(), null);
    }
  }

  /**
   * Whether a crossing has hung a room into its Space that was there before and stood nowhere in
   * it.
   *
   * @param ledger the ledger
   * @param crossing a crossing
   * @param target the room
   */
  public static boolean hasHung(CrossingLedger ledger, long crossing, RoomId target) {
    return ledger.note(crossing, HUNG + target).isPresent();
  }

  /** What stands in the Space, read once where somebody asks. */
  private synchronized Set<RoomId> tree() {
    Set<RoomId> below = tree;
    if (below == null) {
      below = SpaceTree.rooms(voyage.bot(), voyage.space());
      tree = below;
    }
    return below;
  }

  /** Makes a room a child of a space, where nobody else took it out of there. */
  void hang(Intent who, RoomId space, RoomId child) {
    put(who, space, CHILD, child, link());
  }

  /**
   * Takes a room out of a space, where it was Ferry who put it in.
   *
   * @param who writes into the space
   * @param acting writes into the room, which names the space as a parent no longer
   */
  void unhang(Intent who, RoomId space, UserId acting, RoomId child) {
    unlink(who, space, CHILD, child);
    unlink(cast.actor(acting), child, PARENT, space);
  }

  private RoomId canonicalParent(Plan.PlanRoom room) {
    return standing(room).findFirst().orElse(voyage.space());
  }

  /** Where its parents stand now. */
  private Stream<RoomId> standing(Plan.PlanRoom room) {
    return room.parents().stream()
        .map(lookups::room)
        .filter(RoomFate.Carried.class::isInstance)
        .map(f -> ((RoomFate.Carried) f).target());
  }

  /** A link that stands for the source's own, when it is set again, is no second copy of that. */
  private static ObjectNode ours(ObjectNode present) {
    ObjectNode copy = present.deepCopy();
    if (copy.remove(Origin.KEY) != null) {
      copy.put(Origin.HELPER, true);
    }
    return copy;
  }

  private ObjectNode link() {
    ObjectNode content = Json.object().put(Origin.HELPER, true);
    content.putArray("via").add(voyage.domain());
    return content;
  }

  private static ObjectNode content(ObjectNode event) {
    return event.get("content") instanceof ObjectNode content ? content : Json.object();
  }

  private void put(Intent who, RoomId where, String type, RoomId other, ObjectNode content) {
    Optional<ObjectNode> present = who.stateEvent(where, type, other.value());
    if (present.isEmpty()
        || (marks.isOurs(present.get())
            && !Json.canonical(content(present.get())).equals(Json.canonical(content)))) {
      EventId unused = who.setState(where, type, other.value(), content, null);
    }
  }

  private void unlink(Intent who, RoomId where, String type, RoomId other) {
    Optional<ObjectNode> present = who.stateEvent(where, type, other.value());
    if (present.filter(p -> marks.isOurs(p) && content(p).has("via")).isPresent()) {
      ObjectNode nothing = Json.object().put(Origin.HELPER, true);
      EventId unused = who.setState(where, type, other.value(), nothing, null);
    }
  }
}
