package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.function.Supplier;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;

/**
 * What the new room would forbid although the old one allowed it: lets the sender in, or gives them
 * the power, for one event. Its own events bear {@code org.ferry.helper} and the date of the event
 * that they help.
 */
final class Helper {
  private static final String MEMBER = "m.room.member";
  private static final String POWER = "m.room.power_levels";
  private static final int FULL_POWER = 100;
  private static final System.Logger LOG = System.getLogger(Helper.class.getName());

  private final Cast cast;
  private final RoomId target;
  private final RoomContext room;
  private final Readers readers;

  Helper(Cast cast, Readers readers, RoomId target, RoomContext room) {
    this.cast = cast;
    this.readers = readers;
    this.target = target;
    this.room = room;
  }

  /**
   * Tries again with help.
   *
   * @param send what was refused
   * @param attempt sends it once more
   * @return the event, or empty where no help made it possible
   */
  Optional<EventId> deliver(Rewritten.Send send, Supplier<EventId> attempt) {
    boolean own = send.type().equals(MEMBER) && send.sender().value().equals(send.stateKey());
    JsonNode before = membership(send.sender());
    if (own) {
      return ownMembership(send, before, attempt);
    }
    if (!is(before, "join")) {
      return asGuest(send, before, attempt);
    }
    if (send.type().equals(MEMBER) && is(send.content(), "invite") && send.stateKey() != null) {
      UserId whom = new UserId(send.stateKey());
      JsonNode there = membership(whom);
      if (is(there, "join")) {
        return pastInvitation(send, whom, there, attempt);
      }
    }
    return withPower(send, attempt);
  }

  /** An invitation that comes late: who followed it long ago steps out for a moment. */
  private Optional<EventId> pastInvitation(
      Rewritten.Send send, UserId whom, JsonNode there, Supplier<EventId> attempt) {
    set(cast.actor(whom), whom, "leave", send.ts());
    Optional<EventId> sent = tried(attempt);
    if (sent.isEmpty()) {
      sent = withPower(send, attempt);
    }
    if (sent.isEmpty()) {
      letIn(whom, membership(whom), send.ts());
    }
    back(whom, there, send.ts());
    return sent;
  }

  // The ids of helper events are of no further use.
  @SuppressWarnings("UnusedVariable")
  private void back(UserId whom, JsonNode there, long ts) {
    ObjectNode content = there.deepCopy();
    content.remove(Origin.KEY);
    content.put(Origin.HELPER, true);
    EventId unused = cast.actor(whom).setState(target, MEMBER, whom.value(), content, ts);
  }

  /** A join into a closed room, or a leave of one who was never let in. */
  private Optional<EventId> ownMembership(
      Rewritten.Send send, JsonNode before, Supplier<EventId> attempt) {
    String wanted = send.content().path("membership").asText("");
    if (!wanted.equals("join") && !wanted.equals("leave")) {
      return Optional.empty();
    }
    letIn(send.sender(), before, send.ts());
    return tried(attempt);
  }

  private Optional<EventId> asGuest(
      Rewritten.Send send, JsonNode before, Supplier<EventId> attempt) {
    UserId guest = send.sender();
    letIn(guest, before, send.ts());
    if (!is(membership(guest), "join")) {
      set(cast.actor(guest), guest, "join", send.ts());
    }
    try {
      Optional<EventId> sent = tried(attempt);
      return sent.isPresent() ? sent : withPower(send, attempt);
    } finally {
      afterwards(() -> set(cast.actor(guest), guest, "leave", send.ts()));
      if (is(before, "ban") || is(before, "invite")) {
        String membership = before.path("membership").asText();
        afterwards(() -> set(cast.actor(acting()), guest, membership, send.ts()));
      }
    }
  }

  private void letIn(UserId guest, JsonNode before, long ts) {
    Intent actor = cast.actor(acting());
    if (is(before, "ban")) {
      set(actor, guest, "leave", ts);
    }
    if (!is(before, "join") && !is(before, "invite")) {
      set(actor, guest, "invite", ts);
    }
  }

  /**
   * Raises the sender for one event: below whoever acts for the room, so that they can take it back
   * again (nobody may lower an equal), or where that is not enough to the same height, from where
   * only the sender can come down.
   */
  private Optional<EventId> withPower(Rewritten.Send send, Supplier<EventId> attempt) {
    Intent actor = cast.actor(acting());
    Optional<ObjectNode> levels = actor.state(target, POWER, "");
    if (levels.isEmpty() || actor.user().equals(send.sender())) {
      return Optional.empty();
    }
    int present = level(levels.get(), send.sender());
    boolean above = room.creatorsAbovePower() && room.creators().contains(actor.user());
    int height = above ? FULL_POWER + 1 : level(levels.get(), actor.user());
    for (int step : new int[] {height - 1, height}) {
      if (step > present && (step < height || !above)) {
        Optional<EventId> sent = raised(send, attempt, actor, levels.get(), step);
        if (sent.isPresent()) {
          return sent;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<EventId> raised(
      Rewritten.Send send, Supplier<EventId> attempt, Intent actor, ObjectNode levels, int step) {
    ObjectNode raised = levels.deepCopy();
    ObjectNode users = raised.get("users") instanceof ObjectNode u ? u : raised.putObject("users");
    users.put(send.sender().value(), step);
    if (tried(() -> power(actor, raised, send.ts())).isEmpty()) {
      return Optional.empty();
    }
    boolean replaced = false;
    try {
      Optional<EventId> sent = tried(attempt);
      replaced = sent.isPresent() && send.type().equals(POWER);
      return sent;
    } finally {
      if (!replaced) {
        afterwards(() -> lowered(send, actor, levels));
      }
    }
  }

  private void lowered(Rewritten.Send send, Intent actor, ObjectNode levels) {
    if (tried(() -> power(actor, levels, send.ts())).isEmpty()) {
      EventId unused = power(cast.actor(send.sender()), levels, send.ts());
    }
  }

  private static int level(ObjectNode levels, UserId user) {
    JsonNode own = levels.path("users").path(user.value());
    return (own.isMissingNode() ? levels.path("users_default") : own).asInt(0);
  }

  /** What is taken back after the event stands must not make the event itself count as failed. */
  private void afterwards(Runnable takenBack) {
    try {
      takenBack.run();
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "what was changed in {0} for the sake of one event could not be taken back: {1}",
          target,
          e.getMessage());
    }
  }

  private EventId power(Intent actor, ObjectNode levels, long ts) {
    ObjectNode content = levels.deepCopy();
    content.remove(Origin.KEY);
    content.put(Origin.HELPER, true);
    return actor.setState(target, POWER, "", content, ts);
  }

  // The ids of helper events are of no further use.
  @SuppressWarnings("UnusedVariable")
  private void set(Intent who, UserId whom, String membership, long ts) {
    ObjectNode content = Json.object().put("membership", membership).put(Origin.HELPER, true);
    EventId unused = who.setState(target, MEMBER, whom.value(), content, ts);
  }

  private JsonNode membership(UserId user) {
    return cast.actor(acting())
        .state(target, MEMBER, user.value())
        .<JsonNode>map(s -> s)
        .orElseGet(Json::object);
  }

  /** Who acts for the room: its maker, or in a direct chat that they left, who is still in it. */
  private UserId acting() {
    return readers.present(room.actor(), target).user();
  }

  private static boolean is(JsonNode member, String membership) {
    return member.path("membership").asText("").equals(membership);
  }

  private static Optional<EventId> tried(Supplier<EventId> attempt) {
    try {
      return Optional.of(attempt.get());
    } catch (MatrixException e) {
      if (e.isForbidden()) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
