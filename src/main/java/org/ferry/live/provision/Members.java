package org.ferry.live.provision;

import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;

/**
 * Who is in the rooms of an application, and with what role. Every method blocks, may be repeated,
 * and throws as {@link People} does. Safe for use by many threads.
 */
public final class Members {
  private final Provisioned rows;
  private final Service service;
  private final Naming naming;
  private final Helpers helpers;

  Members(Provisioned rows, Service service, Naming naming) {
    this.rows = rows;
    this.service = service;
    this.naming = naming;
    this.helpers = new Helpers(rows, naming);
  }

  /**
   * How somebody stands in a room.
   *
   * @param user who
   * @param membership {@code join}; {@code invite} for somebody whom Ferry may not act for
   * @param role what they may do
   */
  public record Standing(UserId user, String membership, Role role) {}

  /** Makes somebody a member with a role, or changes the role. */
  Standing put(RoomId room, UserId user, Role role) {
    return rows.alone("room " + room, () -> service.ask(server -> put(server, room, user, role)));
  }

  Standing put(Homeserver server, RoomId room, UserId user, Role role) {
    String membership = bring(server, room, user);
    helpers.level(server, room, user, role.level());
    rows.member(room, user, role);
    return new Standing(user, membership, role);
  }

  /** Takes somebody out of a room, and the role away. Nothing happens where they are not in it. */
  void remove(RoomId room, UserId user) {
    boolean unused =
        rows.alone("room " + room, () -> service.ask(server -> remove(server, room, user)));
  }

  private boolean remove(Homeserver server, RoomId room, UserId user) {
    String membership = membership(server, room, user);
    if (membership.equals("join") || membership.equals("invite")) {
      helpers.level(server, room, user, Role.MEMBER.level());
      if (naming.isOurs().test(user)) {
        server.as(user).memberships().leave(room, null);
      } else {
        boolean unusedKicked =
            helpers.asSomebody(
                server,
                room,
                "remove " + user,
                intent -> {
                  intent.memberships().kick(room, user, null);
                  return true;
                });
      }
    }
    rows.noMember(room, user);
    return true;
  }

  /** Lets somebody join by their own right: a public room, or one that they are invited to. */
  void join(RoomId room, UserId user) {
    RoomId unused =
        service.ask(server -> server.as(user).memberships().join(room.value(), List.of()));
    rows.member(room, user, Role.MEMBER);
  }

  /** Brings somebody in: by their own right, else by an invitation. */
  String bring(Homeserver server, RoomId room, UserId user) {
    String membership = membership(server, room, user);
    if (membership.equals("join")) {
      return membership;
    }
    if (membership.equals("ban")) {
      throw new ProvisionException(
          Kind.CONFLICT, user + " is banned from " + room + "; lift the ban in a client first");
    }
    boolean ours = naming.isOurs().test(user);
    if (!membership.equals("invite") && !(ours && joins(server.as(user), room))) {
      invite(server, room, user);
    }
    if (!ours) {
      return "invite";
    }
    RoomId unused = server.as(user).memberships().join(room.value(), List.of());
    return "join";
  }

  private void invite(Homeserver server, RoomId room, UserId user) {
    boolean unused =
        helpers.asSomebody(
            server,
            room,
            "invite " + user,
            intent -> {
              intent.memberships().invite(room, user, null);
              return true;
            });
  }

  private static boolean joins(Intent intent, RoomId room) {
    try {
      RoomId unused = intent.memberships().join(room.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  private String membership(Homeserver server, RoomId room, UserId user) {
    return helpers.asSomebody(
        server,
        room,
        "see the members",
        intent ->
            intent
                .state(room, "m.room.member", user.value())
                .orElseGet(Json::object)
                .path("membership")
                .asText("leave"));
  }

  Helpers helpers() {
    return helpers;
  }
}
