package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room, and how one user changes that (client-server API, "Room membership").
 * Blocks and throws as {@link Intent} does. Safe for use by many threads.
 */
public final class Memberships {
  private static final String SUMMARY = "/_matrix/client/v1/room_summary/{}";

  private final Asker asker;

  Memberships(Asker asker) {
    this.asker = asker;
  }

  /** The rooms this user is joined to. */
  public List<RoomId> joinedRooms() {
    List<RoomId> rooms = new ArrayList<>();
    asker
        .ask(Call.get(Asker.V3 + "/joined_rooms"))
        .path("joined_rooms")
        .forEach(r -> rooms.add(new RoomId(r.asText())));
    return rooms;
  }

  /** Who is joined to a room, and how they show up there. */
  public Map<UserId, JoinedMember> joinedMembers(RoomId room) {
    Map<UserId, JoinedMember> members = new HashMap<>();
    JsonNode joined =
        asker.ask(Call.get(Asker.ROOM + "/joined_members", room.value())).path("joined");
    for (Map.Entry<String, JsonNode> m : joined.properties()) {
      members.put(
          new UserId(m.getKey()),
          new JoinedMember(
              Asker.text(m.getValue(), "display_name"), Asker.text(m.getValue(), "avatar_url")));
    }
    return members;
  }

  /** The memberships of a room, as events, of everybody who has not left it. */
  public List<ObjectNode> of(RoomId room) {
    Call call = Call.get(Asker.ROOM + "/members", room.value()).with("not_membership", "leave");
    return Asker.objects(asker.ask(call, List.of("chunk.*")).path("chunk"));
  }

  /**
   * Whether the user is invited to a room that it is not in.
   *
   * @return false also where the homeserver does not say, because it has no room summaries (added
   *     in version 1.15 of the specification) or does not show this one
   */
  public boolean isInvited(RoomId room) {
    try {
      return "invite".equals(Asker.text(asker.ask(Call.get(SUMMARY, room.value())), "membership"));
    } catch (MatrixException e) {
      if (e.mayResolve() || e.isTokenRefused()) {
        throw e;
      }
      return false;
    }
  }

  /**
   * Joins a room.
   *
   * @param roomIdOrAlias which
   * @param via servers to ask for it; none for a room of this server
   * @return the room's id
   */
  public RoomId join(String roomIdOrAlias, List<String> via) {
    Call call = Call.post(Json.object(), Asker.V3 + "/join/{}", roomIdOrAlias).withVia(via);
    return new RoomId(Asker.required(asker.ask(call), "room_id"));
  }

  /** Invites a user. */
  public void invite(RoomId room, UserId whom, @Nullable String reason) {
    asker.tell(
        Call.post(
            Asker.reason(reason).put("user_id", whom.value()),
            Asker.ROOM + "/invite",
            room.value()));
  }

  /** Leaves a room, or declines an invitation. */
  public void leave(RoomId room, @Nullable String reason) {
    asker.tell(Call.post(Asker.reason(reason), Asker.ROOM + "/leave", room.value()));
  }

  /** Removes a member. */
  public void kick(RoomId room, UserId whom, @Nullable String reason) {
    asker.tell(
        Call.post(
            Asker.reason(reason).put("user_id", whom.value()), Asker.ROOM + "/kick", room.value()));
  }
}
