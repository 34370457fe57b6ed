package org.ferry.live.provision;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * Finds somebody who may do a thing in a room: the bot; the bot after it joined, or was invited by
 * a user that Ferry made; and last those users themselves, the most powerful first.
 */
final class Helpers {
  private static final String LEVELS = "m.room.power_levels";

  private final Provisioned rows;
  private final Naming naming;

  Helpers(Provisioned rows, Naming naming) {
    this.rows = rows;
    this.naming = naming;
  }

  /**
   * Does something as whoever may.
   *
   * @param what says it in a message, such as {@code invite @a:b}
   */
  <T> T asSomebody(Homeserver server, RoomId room, String what, Function<Intent, T> work) {
    Intent bot = server.as(naming.bot());
    try {
      return work.apply(bot);
    } catch (MatrixException e) {
      if (!e.isForbidden()) {
        throw e;
      }
    }
    List<UserId> helpers = rows.members(room);
    if (enter(server, room, helpers)) {
      try {
        return work.apply(bot);
      } catch (MatrixException e) {
        if (!e.isForbidden()) {
          throw e;
        }
      }
    }
    for (UserId helper : helpers) {
      try {
        return work.apply(server.as(helper));
      } catch (MatrixException e) {
        if (!e.isForbidden()) {
          throw e;
        }
      }
    }
    throw new ProvisionException(
        Kind.FORBIDDEN,
        "nobody whom Ferry may act for can %s in %s. Invite %s there and make it a moderator: /invite %s, then /op %s 50"
            .formatted(what, room, naming.bot(), naming.bot(), naming.bot()));
  }

  /**
   * Asks something as whoever may as it is: as the bot, as users that Ferry put into the room, and
   * as one more where it may act for them.
   *
   * @return empty where none of them may
   */
  <T> Optional<T> asWhoIsThere(
      Homeserver server, RoomId room, UserId another, Function<Intent, T> question) {
    List<UserId> readers = new ArrayList<>(List.of(naming.bot()));
    readers.addAll(rows.members(room));
    readers.add(another);
    for (UserId reader : readers) {
      if (reader.equals(naming.bot()) || naming.isOurs().test(reader)) {
        try {
          return Optional.of(question.apply(server.as(reader)));
        } catch (MatrixException e) {
          if (!e.isForbidden() && !e.isNotFound()) {
            throw e;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Lets the bot join; by invitation of somebody of Ferry's where the room is not open. */
  private boolean enter(Homeserver server, RoomId room, List<UserId> helpers) {
    Intent bot = server.as(naming.bot());
    if (joins(bot, room)) {
      return true;
    }
    for (UserId helper : helpers) {
      try {
        server.as(helper).memberships().invite(room, naming.bot(), null);
        return joins(bot, room);
      } catch (MatrixException e) {
        if (!e.isForbidden()) {
          throw e;
        }
      }
    }
    return false;
  }

  private static boolean joins(Intent bot, RoomId room) {
    try {
      RoomId unused = bot.memberships().join(room.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /** The power levels of a room. */
  ObjectNode levels(Homeserver server, RoomId room) {
    return asSomebody(
        server,
        room,
        "read the power levels",
        intent -> intent.state(room, LEVELS, "").orElseGet(Json::object));
  }

  /** Gives somebody a power level; nothing is sent where they have it. */
  void level(Homeserver server, RoomId room, UserId whom, int level) {
    ObjectNode now = levels(server, room);
    int standard = now.path("users_default").asInt(0);
    int has = now.path("users").path(whom.value()).asInt(standard);
    if (has == level || isCreator(server, room, whom)) {
      return;
    }
    ObjectNode users = now.withObjectProperty("users");
    if (level == standard) {
      var unused = users.remove(whom.value());
    } else {
      var unused = users.put(whom.value(), level);
    }
    if (has > level && naming.isOurs().test(whom) && steppedDown(server, room, whom, now)) {
      return;
    }
    levels(server, room, "change the role of " + whom, now);
  }

  /** Nobody may lower their equal, but everybody themselves. */
  private static boolean steppedDown(
      Homeserver server, RoomId room, UserId whom, ObjectNode levels) {
    try {
      var unused = server.as(whom).setState(room, LEVELS, "", levels, null);
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden()) {
        return false;
      }
      throw e;
    }
  }

  /** Sets the power levels. */
  void levels(Homeserver server, RoomId room, String what, ObjectNode levels) {
    var unused =
        asSomebody(server, room, what, intent -> intent.setState(room, LEVELS, "", levels, null));
  }

  /** From version 12 on creators stand above all levels and are in none. */
  private boolean isCreator(Homeserver server, RoomId room, UserId whom) {
    if (!whom.equals(naming.bot())) {
      return false;
    }
    ObjectNode create =
        asSomebody(
            server,
            room,
            "read who made it",
            intent -> intent.stateEvent(room, "m.room.create", "").orElseGet(Json::object));
    return create.path("sender").asText().equals(whom.value());
  }
}
