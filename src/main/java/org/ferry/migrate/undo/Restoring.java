package org.ferry.migrate.undo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.replay.Backwards;
import org.ferry.migrate.replay.Cast;
import org.ferry.migrate.replay.Snapshots;
import org.ferry.migrate.replay.Txn;
import org.ferry.migrate.replay.Voyage;
import org.jspecify.annotations.Nullable;

/**
 * Makes a reused room what it was: Ferry's events are redacted and read back, its ghosts leave, and
 * its bot where nobody had invited it, state is set back. Every step may be repeated.
 */
final class Restoring {
  private static final String MEMBER = "m.room.member";
  private static final String REDACTION = "m.room.redaction";

  private final Voyage voyage;
  private final Cast cast;
  private final Ours ours;
  private final Links links;

  Restoring(Voyage voyage, Cast cast, Ours ours, Links links) {
    this.voyage = voyage;
    this.cast = cast;
    this.ours = ours;
    this.links = links;
  }

  /** Restores one room; where something of Ferry's is left over, a remark says so. */
  void restore(Undone undone) {
    RoomId old = undone.found().room().old();
    RoomId target = undone.found().target();
    Optional<ObjectNode> before =
        voyage.ledger().undo().snapshot(voyage.id(), old).map(Json::parseObject);
    String anchor = before.map(b -> b.path("anchor").asText(null)).orElse(null);
    Intent bot = voyage.bot();
    List<Standing> events = standing(bot, target, anchor);
    before.ifPresent(b -> state(bot, target, b));
    int generation = voyage.ledger().undo().generation(voyage.id(), old);
    for (Standing event : events) {
      if (!event.member()) {
        redact(event, target, generation, undone);
      }
    }
    leave(bot, target, before.orElseGet(Json::object).path("members"), undone);
    for (Standing event : events) {
      if (event.member()) {
        redact(event, target, generation, undone);
      }
    }
    before.ifPresent(b -> names(bot, target, b));
    links.aliases(old, target, undone);
    readBack(bot, target, anchor, events);
    if (!isUsed(target, c -> c.space().equals(voyage.space()))) {
      links.leaveSpace(target, undone);
    }
    before.ifPresent(b -> new Compared(ours, bot, target).with(b).forEach(undone::remark));
    if (before.isEmpty()) {
      undone.remark("no snapshot was taken before; Ferry's events are gone, more cannot be said");
    }
    if (before.filter(Snapshots::cameByItself).isPresent() && !isNeeded(target)) {
      out(bot, target, undone);
    }
  }

  /**
   * Another crossing has written into the room as well, and its rollback needs the bot there; or
   * programs use the room.
   */
  private boolean isNeeded(RoomId target) {
    return isUsed(target, c -> true);
  }

  private boolean isUsed(RoomId target, Predicate<CrossingLedger.Crossing> others) {
    return voyage.ledger().undo().isProvisioned(target)
        || voyage.ledger().all().stream()
            .filter(c -> c.id() != voyage.id())
            .filter(others)
            .anyMatch(c -> {
              try (Stream<CarriedRoom> rooms = voyage.ledger().rooms(c.id())) {
                return rooms.anyMatch(r -> target.equals(r.target()));
              }
            });
  }

  private static void out(Intent bot, RoomId target, Undone undone) {
    try {
      bot.memberships().leave(target, null);
      undone.leftOne();
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
      // An earlier run, which was killed, had left already.
    }
  }

  /** What is to be taken back of a room, which may be a million events: without what they say. */
  private record Standing(EventId id, String sender, boolean member) {
    static Standing of(ObjectNode event) {
      return new Standing(
          new EventId(event.path("event_id").asText()),
          event.path("sender").asText(),
          event.path("type").asText().equals(MEMBER));
    }
  }

  /** What Ferry sent and is not taken back, the newest first. */
  private List<Standing> standing(Intent reader, RoomId target, @Nullable String anchor) {
    List<Standing> standing = new ArrayList<>();
    Iterator<ObjectNode> events = new Backwards(reader, target);
    while (events.hasNext()) {
      ObjectNode event = events.next();
      if (event.path("event_id").asText().equals(anchor)) {
        break;
      }
      if (ours.did(event) && isContent(event)) {
        standing.add(Standing.of(event));
      }
    }
    return standing;
  }

  /** Leaves say nothing, redactions take away, and the bot stays where people invited it. */
  private boolean isContent(ObjectNode event) {
    String type = event.path("type").asText();
    if (type.equals(REDACTION) || Snapshots.isRedacted(event) || event.path("content").isEmpty()) {
      return false;
    }
    if (!type.equals(MEMBER)) {
      return true;
    }
    boolean bot = event.path("state_key").asText().equals(voyage.options().bot().value());
    return !bot && !event.path("content").path("membership").asText().equals("leave");
  }

  private void redact(Standing event, RoomId target, int generation, Undone undone) {
    EventId id = event.id();
    UserId bot = voyage.options().bot();
    String txn = Txn.of(generation, "rollback", id.value(), target.value());
    try {
      EventId unused = cast.fromDevice(bot, i -> i.redact(target, id, txn, null));
    } catch (MatrixException e) {
      UserId sender = new UserId(event.sender());
      if (!e.isForbidden() || sender.equals(bot)) {
        throw e;
      }
      EventId unused = cast.fromDevice(sender, i -> i.redact(target, id, txn, null));
    }
    undone.redactedOne();
  }

  /** Sets back what Ferry changed; a key that was not there before can only be emptied. */
  private void state(Intent bot, RoomId target, ObjectNode before) {
    Map<String, JsonNode> was = new HashMap<>();
    before.path("state").forEach(s -> was.put(key(s.path("type"), s.path("key")), s));
    for (ObjectNode event : bot.fullState(target)) {
      JsonNode type = event.path("type");
      JsonNode earlier = was.get(key(type, event.path("state_key")));
      JsonNode content = earlier == null ? Json.object() : earlier.path("content");
      boolean same =
          Json.canonical(content).equals(Json.canonical(event.path("content")))
              || !(content instanceof ObjectNode);
      if (!type.asText().equals(MEMBER) && !same && ours.did(event)) {
        EventId unused =
            bot.setState(
                target,
                type.asText(),
                event.path("state_key").asText(),
                (ObjectNode) content,
                null);
      }
    }
  }

  /**
   * Who was there is called again what they were called: their joining in history is taken back.
   */
  private void names(Intent bot, RoomId target, ObjectNode before) {
    for (ObjectNode event : bot.fullState(target)) {
      String user = event.path("state_key").asText();
      boolean bare = event.path("content").size() == 1;
      if (event.path("type").asText().equals(MEMBER)
          && event.path("content").path("membership").asText().equals("join")
          && before.path("joins").has(user)
          && (bare || ours.did(event))) {
        UserId person = new UserId(user);
        Snapshots.join(bot, target, before, person)
            .filter(join -> !Snapshots.isNamed(event, join))
            .ifPresent(join -> {
              EventId unused = cast.actor(person).setState(target, MEMBER, user, join, null);
            });
      }
    }
  }

  private static String key(JsonNode type, JsonNode key) {
    return type.asText() + '\u0000' + key.asText();
  }

  private void leave(Intent bot, RoomId target, JsonNode members, Undone undone) {
    for (ObjectNode event : bot.fullState(target)) {
      String user = event.path("state_key").asText();
      String now = event.path("content").path("membership").asText();
      boolean inside = now.equals("join") || now.equals("invite") || now.equals("knock");
      if (!event.path("type").asText().equals(MEMBER)
          || !inside
          || !(ours.isGhost(user) || (ours.actsFor(user) && ours.did(event)))
          || user.equals(voyage.options().bot().value())
          || members.path(user).asText().equals("join")) {
        continue;
      }
      cast.actor(new UserId(user)).memberships().leave(target, null);
      undone.leftOne();
    }
  }

  /** A homeserver that took a redaction and still shows the content has not done it. */
  private void readBack(
      Intent bot, RoomId target, @Nullable String anchor, List<Standing> redacted) {
    if (redacted.isEmpty()) {
      return;
    }
    Set<EventId> ids = redacted.stream().map(Standing::id).collect(Collectors.toSet());
    List<EventId> left =
        standing(bot, target, anchor).stream().map(Standing::id).filter(ids::contains).toList();
    if (!left.isEmpty()) {
      throw new NotGone(
          "the homeserver took the redactions but still shows %,d events, such as %s"
              .formatted(left.size(), left.getFirst()));
    }
  }

  /** What was redacted can still be read. */
  static final class NotGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotGone(String message) {
      super(message);
    }
  }
}
