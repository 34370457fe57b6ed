package org.ferry.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.Members;
import org.ferry.live.provision.People;
import org.ferry.live.provision.Person;
import org.ferry.live.provision.Role;
import org.ferry.live.provision.Rooms;
import org.ferry.live.provision.Sessions;
import org.ferry.matrix.event.Json;

/** Users, rooms, members and sessions of an application's. */
final class ProvisionEndpoints {
  private static final Duration STANDARD_TTL = Duration.ofMinutes(15);
  private static final long LONGEST_TTL = Duration.ofHours(24).toSeconds();

  private final People people;
  private final Rooms rooms;
  private final Tokens tokens;
  private final Sessions sessions;
  private final Sight sight;

  ProvisionEndpoints(People people, Rooms rooms, Tokens tokens, Sessions sessions, Sight sight) {
    this.people = people;
    this.rooms = rooms;
    this.tokens = tokens;
    this.sessions = sessions;
    this.sight = sight;
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.put(
            "/users/{ext_id}",
            Scope.PROVISION,
            Endpoint.Doc.of("putUser", "Make a user, or change what is said of one", "UserMade")
                .takes("User"),
            this::putUser),
        Endpoint.delete(
            "/users/{ext_id}",
            Scope.PROVISION,
            Endpoint.Doc.of("deleteUser", "Deactivate a user", "Nothing", "erase").status(204),
            this::deleteUser),
        Endpoint.put(
            "/rooms/{key}",
            Scope.PROVISION,
            Endpoint.Doc.of("putRoom", "Make a room, or change what is named of one", "RoomMade")
                .takes("Room"),
            this::putRoom),
        Endpoint.delete(
            "/rooms/{key}",
            Scope.PROVISION,
            Endpoint.Doc.of("deleteRoom", "Archive a room: it becomes read-only", "Nothing")
                .status(204),
            this::deleteRoom),
        Endpoint.put(
            "/rooms/{key}/members/{ext_id}",
            Scope.PROVISION,
            Endpoint.Doc.of("putMember", "Make somebody a member, with a role", "Standing")
                .takes("Member"),
            this::putMember),
        Endpoint.delete(
            "/rooms/{key}/members/{ext_id}",
            Scope.PROVISION,
            Endpoint.Doc.of("deleteMember", "Take somebody out of a room", "Nothing").status(204),
            this::deleteMember),
        Endpoint.post(
            "/sessions",
            Scope.PROVISION,
            Endpoint.Doc.of("postSession", "Make a short-lived token for a browser", "SessionMade")
                .takes("Session")
                .status(201),
            this::postSession));
  }

  private Reply putUser(Request request) {
    Person.Profile profile =
        new Person.Profile(
            request.text("displayname"), request.text("avatar_url"), request.text("email"));
    String name = request.part("ext_id");
    if (!request.caller().seesAll() && people.wouldChange(name, profile)) {
      refuseUserOfOthers(request.caller(), name);
    }
    People.Made<UserId> made = people.put(name, profile);
    return Reply.ok(
        Json.object().put("user_id", made.what().value()).put("created", made.created()));
  }

  private Reply deleteUser(Request request) {
    String name = request.part("ext_id");
    if (!request.caller().seesAll()) {
      refuseUserOfOthers(request.caller(), name);
    }
    UserId gone = people.remove(name, request.flag("erase"));
    sessions.end(gone);
    return Reply.nothing();
  }

  /** What becomes of a user is seen in all rooms that it is in, those of others among them. */
  private void refuseUserOfOthers(Caller caller, String name) {
    people.roomsOf(name).forEach(room -> refuse(caller, room));
  }

  private void refuse(Caller caller, RoomId room) {
    try {
      String unused = sight.writable(caller, room.value());
    } catch (Problem e) {
      throw new Problem(
          403,
          "forbidden_user",
          "the user is in rooms that the token does not include, and is changed or deleted by a token that includes them; members of its own rooms it puts and takes out with rooms/KEY/members/EXT_ID");
    }
  }

  private Reply putRoom(Request request) {
    String key = sight.writable(request.caller(), request.part("key"));
    Rooms.Wanted wanted =
        new Rooms.Wanted(
            request.text("name"),
            request.text("topic"),
            request.texts("members"),
            request.texts("moderators"));
    People.Made<RoomId> made = rooms.put(key, wanted);
    return Reply.ok(
        Json.object().put("room_id", made.what().value()).put("created", made.created()));
  }

  private Reply deleteRoom(Request request) {
    rooms.archive(sight.writable(request.caller(), request.part("key")));
    return Reply.nothing();
  }

  private Reply putMember(Request request) {
    String key = sight.writable(request.caller(), request.part("key"));
    String role = request.text("role");
    Members.Standing standing =
        rooms.putMember(key, request.part("ext_id"), role == null ? Role.MEMBER : Role.of(role));
    return Reply.ok(
        Json.object()
            .put("user_id", standing.user().value())
            .put("membership", standing.membership())
            .put("role", standing.role().word()));
  }

  private Reply deleteMember(Request request) {
    String key = sight.writable(request.caller(), request.part("key"));
    rooms.removeMember(key, request.part("ext_id"));
    return Reply.nothing();
  }

  private Reply postSession(Request request) {
    String name = request.needed("user");
    if (!people.haveBot()) {
      throw new Problem(
          409,
          "conflict",
          "Ferry is no application service here and has no users of its own, for whom alone sessions are made");
    }
    if (name.equals(people.speaker(null).value())) {
      throw new Problem(
          403, "forbidden_user", "the bot sees every room; name a user that was put under users/");
    }
    UserId user = people.speaker(name);
    if (!request.caller().seesAll() && people.nameOf(user).isEmpty()) {
      throw new Problem(
          403,
          "forbidden_user",
          "a token that is restricted to rooms or networks makes sessions only for users that were put under users/");
    }
    Tokens.Session session = tokens.begin(user, request.caller().name(), ttl(request.body()));
    ObjectNode answer = Json.object().put("token", session.token()).put("user_id", user.value());
    return new Reply(201, answer.put("expires_at", session.expires().toString()));
  }

  private static Duration ttl(ObjectNode body) {
    JsonNode ttl = body.path("ttl");
    if (ttl.isMissingNode() || ttl.isNull()) {
      return STANDARD_TTL;
    }
    if (!ttl.isIntegralNumber() || ttl.asLong() < 1 || ttl.asLong() > LONGEST_TTL) {
      throw Problem.badRequest("ttl has to be a whole number of seconds from 1 to " + LONGEST_TTL);
    }
    return Duration.ofSeconds(ttl.asLong());
  }
}
