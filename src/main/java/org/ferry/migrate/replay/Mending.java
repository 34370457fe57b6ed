package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.Selection;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.model.Event;

/**
 * Makes a room's present state what it was on the source. There is nothing to do unless a run died
 * between a helper event and what takes it back, or an event came late. What people changed in the
 * new room since then is theirs and stays.
 */
final class Mending {
  private static final String MEMBER = "m.room.member";

  /** What would close the room to its own history comes when that stands. */
  private static final Set<String> LATER =
      Set.of("m.room.encryption", "m.room.history_visibility", "m.room.tombstone");

  private final Voyage voyage;
  private final Cast cast;
  private final Rewriter rewriter;
  private final Selection selection;
  private final Marks marks;

  Mending(Voyage voyage, Cast cast, Rewriter rewriter, Selection selection) {
    this.selection = selection;
    this.voyage = voyage;
    this.cast = cast;
    this.rewriter = rewriter;
    this.marks = new Marks(voyage, cast.crew());
  }

  /**
   * Gives a room whose history begins in the middle the state it had then, so that it makes sense:
   * its name, who was in it, who could do what. Does nothing where something was carried already.
   *
   * @param row its row
   * @param context what its events are rewritten with
   */
  void open(CarriedRoom row, RoomContext context) {
    RoomId target = row.target();
    if (selection.since() == null
        || target == null
        || context.reused()
        || voyage.ledger().furthest(voyage.id(), row.old()).isPresent()) {
      return;
    }
    UserId acting = context.actor();
    Map<String, ObjectNode> present = present(target, acting);
    voyage.sources().stateBefore(voyage.source().id(), row.old(), selection.since()).stream()
        .filter(e -> !LATER.contains(e.type()) && concerned(e))
        .forEach(e -> mendOne(e, target, context.atTheEnd().withoutWaiting(), acting, present));
  }

  /** Who a run leaves out is in no room yet. */
  private boolean concerned(Event event) {
    Set<UserId> people = selection.people();
    String key = event.stateKey();
    return people == null
        || key == null
        || !event.type().equals(MEMBER)
        || (UserId.isValid(key) && people.contains(new UserId(key)));
  }

  private Map<String, ObjectNode> present(RoomId target, UserId acting) {
    Map<String, ObjectNode> present = new HashMap<>();
    for (ObjectNode event : cast.actor(acting).fullState(target)) {
      present.put(key(event.path("type").asText(), event.path("state_key").asText()), event);
    }
    return present;
  }

  /**
   * Mends one room.
   *
   * @param acting who reads and mends it: a member
   */
  void mend(RoomId old, RoomId target, RoomContext context, UserId acting) {
    Map<String, ObjectNode> present = present(target, acting);
    for (Event event : voyage.sources().currentState(voyage.source().id(), old)) {
      if (!event.type().equals("m.space.parent") && arrived(event)) {
        mendOne(event, target, context.atTheEnd().withoutWaiting(), acting, present);
      }
    }
  }

  private boolean arrived(Event event) {
    // What a partial run leaves waiting sets the room's state all the same: its name, its rules.
    boolean left = selection.isPartial() && !selection.selects(event);
    return left ? concerned(event) : isCarried(event);
  }

  private boolean isCarried(Event event) {
    Optional<EventFate> fate = voyage.ledger().fate(voyage.id(), event.id());
    return fate.filter(f -> f.state() == EventState.CARRIED || f.state() == EventState.MERGED)
        .isPresent();
  }

  private void mendOne(
      Event event,
      RoomId target,
      RoomContext context,
      UserId acting,
      Map<String, ObjectNode> present) {
    Rewritten rewritten;
    try {
      rewritten = rewriter.rewrite(event, context);
    } catch (IllegalArgumentException e) {
      return;
    }
    if (!(rewritten instanceof Rewritten.Send send) || send.stateKey() == null) {
      return;
    }
    ObjectNode now = present.get(key(send.type(), send.stateKey()));
    if (now != null && !isOurs(now)) {
      return;
    }
    ObjectNode content =
        now != null && now.get("content") instanceof ObjectNode c ? c : Json.object();
    if (send.type().equals(MEMBER)) {
      String wanted = send.content().path("membership").asText("leave");
      if (!wanted.equals(content.path("membership").asText("leave"))) {
        String have = content.path("membership").asText("leave");
        member(target, acting, new UserId(send.stateKey()), have, wanted, send);
      }
    } else if (!Json.canonical(plain(send.content())).equals(Json.canonical(plain(content)))) {
      ObjectNode mended = plain(send.content()).put(Origin.HELPER, true);
      put(cast.actor(acting), target, send.type(), send.stateKey(), mended, send.ts());
    }
  }

  /** Carried, made to help, or made by the bot together with the room. */
  private boolean isOurs(ObjectNode event) {
    return event.path("sender").asText("").equals(voyage.options().bot().value())
        || marks.isOurs(event);
  }

  private void member(
      RoomId target, UserId actor, UserId whom, String have, String wanted, Rewritten.Send send) {
    ObjectNode content = plain(send.content()).put(Origin.HELPER, true);
    Intent by = cast.actor(actor);
    if (have.equals("join")) {
      // An equal cannot be sent away, and a member cannot be invited: they go by themselves.
      ObjectNode leave = Json.object().put("membership", "leave").put(Origin.HELPER, true);
      put(cast.actor(whom), target, MEMBER, whom.value(), leave, send.ts());
    }
    if (have.equals("ban") && (wanted.equals("join") || wanted.equals("invite"))) {
      // Who is banned cannot be invited.
      ObjectNode leave = Json.object().put("membership", "leave").put(Origin.HELPER, true);
      put(by, target, MEMBER, whom.value(), leave, send.ts());
    }
    switch (wanted) {
      case "join" -> {
        ObjectNode invite = Json.object().put("membership", "invite").put(Origin.HELPER, true);
        put(by, target, MEMBER, whom.value(), invite, send.ts());
        put(cast.actor(whom), target, MEMBER, whom.value(), content, send.ts());
      }
      case "knock" -> {
        // Nobody can knock for somebody else, and who left again is not asked to.
      }
      case "leave" -> {
        if (!have.equals("join")) {
          put(by, target, MEMBER, whom.value(), content, send.ts());
        }
      }
      default -> put(by, target, MEMBER, whom.value(), content, send.ts());
    }
  }

  private static void put(
      Intent who, RoomId room, String type, String key, ObjectNode content, long ts) {
    EventId unused = who.setState(room, type, key, content, ts);
  }

  private static ObjectNode plain(ObjectNode content) {
    ObjectNode copy = content.deepCopy();
    copy.remove(List.of(Origin.KEY, Origin.HELPER));
    return copy;
  }

  private static String key(String type, String stateKey) {
    return type + '\u0000' + stateKey;
  }
}
