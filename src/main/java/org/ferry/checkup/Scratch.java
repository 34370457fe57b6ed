package org.ferry.checkup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.ferry.config.Config;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Two ghosts of Ferry's namespace and the rooms they try things in. What a checkup that was killed
 * left is found among the rooms that the ghosts are in, and taken away by the next one.
 *
 * <p>Closing it leaves and forgets the rooms, and deletes them where an administrator's token is
 * given; it does so also on a thread that was told to stop.
 */
final class Scratch implements AutoCloseable {
  static final String V3 = "/_matrix/client/v3";
  static final String ROOM = V3 + "/rooms/{}";

  private static final String MARK = "org.ferry.doctor";
  private static final String LOCALPART = "ferry-doctor";

  private final Door door;
  private final @Nullable Secret admin;
  private final UserId one;
  private final UserId two;
  private final Set<RoomId> rooms = new LinkedHashSet<>();
  private final List<Ask> atTheEnd = new ArrayList<>();

  Scratch(Door door, Config config) {
    this.door = door;
    this.admin = config.homeserver().adminToken();
    this.one = ghost(config, LOCALPART);
    this.two = ghost(config, LOCALPART + "-2");
  }

  private static UserId ghost(Config config, String name) {
    String localpart = config.identities().usernameTemplate().replaceAll("\\{[^{}]*}", name);
    return UserId.of(localpart, config.homeserver().domain());
  }

  /** The ghost that makes the rooms. */
  UserId one() {
    return one;
  }

  /** The ghost that is invited and looks. */
  UserId two() {
    return two;
  }

  /** The room that was made last. */
  RoomId room() {
    return rooms.stream().reduce((first, second) -> second).orElseThrow();
  }

  /** Registers a user; a success too where it is there already. */
  Reply register(UserId user) throws InterruptedException {
    ObjectNode body =
        Json.object()
            .put("type", "m.login.application_service")
            .put("username", user.localpart())
            .put("inhibit_login", true);
    Reply reply = door.ask(Ask.post(body, V3 + "/register"));
    return reply.is("M_USER_IN_USE") ? new Reply(200, reply.headers(), "{}") : reply;
  }

  /** Takes away what an earlier checkup left. */
  void sweep() throws InterruptedException {
    for (UserId ghost : List.of(one, two)) {
      Reply joined = door.ask(Ask.get(V3 + "/joined_rooms").as(ghost));
      for (JsonNode id : joined.at("joined_rooms")) {
        RoomId room = new RoomId(id.asText());
        Reply made = door.ask(Ask.get(ROOM + "/state/m.room.create", room.value()).as(ghost));
        if (made.at(MARK).asBoolean(false)) {
          remove(room);
        }
      }
    }
  }

  /** Makes a room, with the second ghost invited. */
  Reply make() throws InterruptedException {
    ObjectNode request =
        Json.object()
            .put("preset", "private_chat")
            .put("visibility", "private")
            .put("name", "Ferry's doctor");
    request.putObject("creation_content").put(MARK, true);
    request.putArray("invite").add(two.value());
    Reply reply = door.ask(Ask.post(request, V3 + "/createRoom").as(one));
    String id = reply.at("room_id").asText("");
    if (!id.isEmpty()) {
      rooms.add(new RoomId(id));
    }
    return reply;
  }

  /** A message of the first ghost into the room made last. */
  Ask message(String text) {
    return message(room(), text);
  }

  /** A message of the first ghost. */
  Ask message(RoomId room, String text) {
    return Ask.put(
            Json.object().put("msgtype", "m.text").put("body", text),
            ROOM + "/send/m.room.message/{}",
            room.value(),
            "doctor-" + UUID.randomUUID())
        .as(one);
  }

  /** Sends something when all is done, before the rooms are left. */
  void atTheEnd(Ask ask) {
    atTheEnd.add(ask);
  }

  @Override
  public void close() {
    // A thread that was told to stop must still be able to tidy up.
    boolean stopped = Thread.interrupted();
    try {
      for (Ask ask : atTheEnd.reversed()) {
        Reply unused = door.ask(ask);
      }
      for (RoomId room : rooms) {
        remove(room);
      }
      if (door.hasLost()) {
        sweep();
      }
    } catch (Unanswered e) {
      // reason: the homeserver is gone; the next checkup finds what is left.
      rooms.clear();
    } catch (InterruptedException e) {
      stopped = true;
    }
    if (stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void remove(RoomId room) throws InterruptedException {
    for (UserId ghost : List.of(two, one)) {
      for (String step : List.of("/leave", "/forget")) {
        Reply unused = door.ask(Ask.post(Json.object(), ROOM + step, room.value()).as(ghost));
      }
    }
    if (admin != null) {
      ObjectNode body = Json.object().put("purge", true).put("block", false);
      Reply unused =
          door.ask(Ask.delete(body, "/_synapse/admin/v2/rooms/{}", room.value()).bearing(admin));
    }
  }
}
