package org.ferry.live.sending;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.sync.Doors;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/** Lets Ferry's people into rooms in which they are to say something. */
final class Admission {
  private final Company company;
  private final Doors doors;

  Admission(Company company, Doors doors) {
    this.company = company;
    this.doors = doors;
  }

  /**
   * Brings a user of the application service into a room, by itself where the room is open, else by
   * an invitation of the bot's.
   *
   * @return false where it is in the room already, or is none of those whom Ferry brings anywhere
   * @throws MatrixException where neither helps
   */
  boolean letIn(Intent as, RoomId room) {
    UserId user = as.user();
    UserId bot = company.bot();
    if (bot == null || user.equals(bot) || company.account(user).isPresent()) {
      return false;
    }
    Intent host = doors.service().as(bot);
    if (isMember(host, as, room)) {
      return false;
    }
    try {
      RoomId unused = as.memberships().join(room.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (!e.isForbidden() && !e.isNotFound()) {
        throw e;
      }
    }
    host.memberships().invite(room, user, null);
    RoomId unused = as.memberships().join(room.value(), List.of());
    return true;
  }

  private static boolean isMember(Intent host, Intent as, RoomId room) {
    for (Intent who : List.of(as, host)) {
      try {
        return who.state(room, "m.room.member", as.user().value())
            .filter(c -> c.path("membership").asText().equals("join"))
            .isPresent();
      } catch (MatrixException e) {
        if (!e.isForbidden()) {
          throw e;
        }
      }
    }
    return false;
  }
}
