package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Origin;

/**
 * People with accounts of their own in a room that stood before. History has them enter under the
 * names of its time; when it stands, who was a member is called there what they were called before,
 * and who was none, and is none on the source any more, leaves again.
 */
final class Residents {
  private static final String MEMBER = "m.room.member";

  private final Voyage voyage;
  private final Cast cast;
  private final Marks marks;

  Residents(Voyage voyage, Cast cast) {
    this.voyage = voyage;
    this.cast = cast;
    this.marks = new Marks(voyage, cast.crew());
  }

  /**
   * Settles one room. Doing it again changes nothing.
   *
   * @param old its id on the source
   * @param target its id on the destination
   * @param members who is a member on the source now, by their new ids
   */
  void settle(RoomId old, RoomId target, Set<UserId> members) {
    Optional<ObjectNode> before =
        voyage.ledger().undo().snapshot(voyage.id(), old).map(Json::parseObject);
    if (before.isEmpty()) {
      return;
    }
    for (ObjectNode event : voyage.bot().fullState(target)) {
      String user = event.path("state_key").asText();
      if (event.path("type").asText().equals(MEMBER)
          && event.path("content").path("membership").asText().equals("join")
          && UserId.isValid(user)
          && cast.isReal(new UserId(user))
          && marks.isOurs(event)) {
        one(target, new UserId(user), event, before.get(), members);
      }
    }
  }

  private void one(
      RoomId target, UserId user, ObjectNode event, ObjectNode before, Set<UserId> members) {
    long ts = event.path("origin_server_ts").asLong();
    String was = before.path("members").path(user.value()).asText("leave");
    if (was.equals("leave") && !members.contains(user)) {
      put(target, user, Json.object().put("membership", "leave"), ts);
    } else if (was.equals("join")) {
      Snapshots.join(voyage.bot(), target, before, user)
          .filter(join -> !Snapshots.isNamed(event, join))
          .ifPresent(join -> put(target, user, join, ts));
    }
  }

  private void put(RoomId target, UserId user, ObjectNode content, long ts) {
    EventId unused =
        cast.actor(user)
            .setState(target, MEMBER, user.value(), content.put(Origin.HELPER, true), ts);
  }
}
