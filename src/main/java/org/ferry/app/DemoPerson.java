package org.ferry.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.lab.LabClient;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.Plan.PlanRoom;

/**
 * The person of the demo, who does what somebody who moves would do: makes the Space and lets
 * Ferry's bot in; later enters the rooms and reads. Everything may be done again.
 */
public final class DemoPerson {
  private static final String V3 = "/_matrix/client/v3/";
  private static final String MEMBER = "m.room.member";
  private static final String POWER = "m.room.power_levels";
  private static final int FULL_POWER = 100;

  private final LabClient client;

  /**
   * The person.
   *
   * @param server the demo's server
   */
  public DemoPerson(DemoServer server) {
    this.client = server.person();
  }

  /**
   * A message that was carried, as the person reads it on the new server.
   *
   * @param room the name of its room
   * @param id of its room
   * @param path where the client API shows it
   * @param sender who sent it
   * @param sent when
   * @param text what it says
   */
  public record Sample(
      String room, RoomId id, String path, UserId sender, Instant sent, String text) {}

  /**
   * Makes the Space unless it is there, and gives Ferry's bot an invitation and power in it.
   *
   * @param alias its address
   * @param bot Ferry's bot
   */
  public void makeSpace(String alias, UserId bot) {
    LabClient.Answer found =
        client.request("GET", V3 + "directory/room/" + LabClient.esc(alias), null);
    String space =
        found.status() == 404
            ? client.createRoom(space(alias))
            : found.ok().path("room_id").asText();
    String membership = client.state(space, MEMBER, bot.value()).path("membership").asText("");
    if (!membership.equals("join") && !membership.equals("invite")) {
      client.membership("invite", space, bot.value(), "");
    }
    ObjectNode levels = client.state(space, POWER, "").deepCopy();
    ObjectNode users = levels.withObject("/users");
    if (users.path(bot.value()).asInt(0) < FULL_POWER) {
      users.put(bot.value(), FULL_POWER);
      client.setState(space, POWER, "", levels);
    }
  }

  /**
   * Says something.
   *
   * @param room where
   * @param text what
   * @return the event
   */
  EventId say(RoomId room, String text) {
    return new EventId(client.say(room.value(), text));
  }

  /**
   * An encrypted room with Ferry's bot in it, made unless it is there. The bot comes when it hears
   * of its invitation.
   *
   * @param name of the room and, in small letters, of its address
   * @param bot Ferry's bot
   */
  RoomId encryptedRoom(String name, UserId bot) {
    String localpart = name.toLowerCase(Locale.ROOT);
    LabClient.Answer found =
        client.request(
            "GET",
            V3 + "directory/room/" + LabClient.esc("#" + localpart + ":" + bot.server()),
            null);
    if (found.status() != 404) {
      return new RoomId(found.ok().path("room_id").asText());
    }
    ObjectNode request =
        LabClient.json(
            """
            {"preset": "private_chat", "visibility": "private",
             "initial_state": [{"type": "m.room.encryption", "state_key": "",
                                "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]}
            """);
    request.put("name", name).put("room_alias_name", localpart).putArray("invite").add(bot.value());
    return new RoomId(client.createRoom(request));
  }

  /** Whether somebody is in a room that the person is in. */
  boolean sees(RoomId room, UserId user) {
    return client
        .state(room.value(), MEMBER, user.value())
        .path("membership")
        .asText("")
        .equals("join");
  }

  private static ObjectNode space(String alias) {
    ObjectNode request =
        LabClient.json(
            """
            {"preset": "private_chat", "visibility": "private", "name": "Village",
             "topic": "Everybody who moved here, and all that was said before",
             "creation_content": {"type": "m.space"},
             "power_level_content_override": {"events_default": 100}}
            """);
    return request.put("room_alias_name", alias.substring(1, alias.indexOf(':')));
  }

  /**
   * Enters every carried room but the direct chats, which are other people's.
   *
   * @param ferry the running Ferry, whose bot lets the person in where a room is closed
   * @param crossing the crossing
   * @param plan the plan it followed
   * @return a sentence for each room that could not be entered
   */
  public List<String> enter(Ferry ferry, Crossing crossing, Plan plan) {
    Set<String> joined = new HashSet<>();
    client.get(V3 + "joined_rooms").path("joined_rooms").forEach(r -> joined.add(r.asText()));
    List<String> refused = new ArrayList<>();
    Map<RoomId, PlanRoom> byId = plan.roomsById();
    for (CarriedRoom row : rows(ferry, crossing)) {
      PlanRoom room = byId.get(row.old());
      RoomId target = row.target();
      if (target != null && room != null && isOpen(room) && !joined.contains(target.value())) {
        enter(ferry, row.actor(), target)
            .ifPresent(why -> refused.add(room.name() + " cannot be entered: " + why));
      }
    }
    return refused;
  }

  private static boolean isOpen(PlanRoom room) {
    return room.carried() && room.kind() != Plan.RoomClass.DIRECT;
  }

  private Optional<String> enter(Ferry ferry, UserId actor, RoomId room) {
    String join = V3 + "join/" + LabClient.esc(room.value());
    if (client.request("POST", join, Json.object()).status() == 200) {
      return Optional.empty();
    }
    try {
      ferry.homeserver().as(actor).memberships().invite(room, new UserId(client.userId()), null);
    } catch (HomeserverFailure e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    LabClient.Answer again = client.request("POST", join, Json.object());
    return again.status() == 200 ? Optional.empty() : Optional.of(again.body().toString());
  }

  private static List<CarriedRoom> rows(Ferry ferry, Crossing crossing) {
    try (Stream<CarriedRoom> rows = ferry.crossings().rooms(crossing.id())) {
      return rows.toList();
    }
  }

  /**
   * The first message of the largest carried room that holds one the person can read.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing
   * @param plan the plan it followed
   * @return the message as it stands on the new server
   */
  public Optional<Sample> sample(Ferry ferry, Crossing crossing, Plan plan) {
    Map<RoomId, RoomId> targets =
        rows(ferry, crossing).stream()
            .filter(r -> r.target() != null)
            .collect(Collectors.toMap(CarriedRoom::old, DemoPerson::target));
    return plan.rooms().stream()
        .filter(r -> isOpen(r) && r.history() != Plan.History.SHELL)
        .filter(r -> targets.containsKey(r.id()))
        .sorted(
            Comparator.comparing((PlanRoom r) -> !r.name().equalsIgnoreCase("general"))
                .thenComparing(PlanRoom::messages, Comparator.reverseOrder()))
        .flatMap(r ->
            Optional.ofNullable(targets.get(r.id())).stream()
                .flatMap(t -> sample(ferry, crossing, r, t).stream()))
        .findFirst();
  }

  private static RoomId target(CarriedRoom row) {
    return Objects.requireNonNull(row.target());
  }

  private Optional<Sample> sample(Ferry ferry, Crossing crossing, PlanRoom room, RoomId target) {
    try (Stream<EventFate> fates = ferry.crossings().fates(crossing.id(), room.id())) {
      return fates
          .filter(f -> f.state() == EventState.CARRIED && f.target() != null)
          .filter(f -> f.event().type().equals("m.room.message"))
          .limit(10)
          .flatMap(f -> sample(room.name(), target.value(), String.valueOf(f.target())).stream())
          .findFirst();
    }
  }

  private Optional<Sample> sample(String name, String room, String event) {
    String path = V3 + "rooms/" + LabClient.esc(room) + "/event/" + LabClient.esc(event);
    LabClient.Answer answer = client.request("GET", path, null);
    JsonNode content = answer.body().path("content");
    if (answer.status() != 200 || !content.path("msgtype").asText().equals("m.text")) {
      return Optional.empty();
    }
    return Optional.of(
        new Sample(
            name,
            new RoomId(room),
            path,
            new UserId(answer.body().path("sender").asText()),
            Instant.ofEpochMilli(answer.body().path("origin_server_ts").asLong()),
            content.path("body").asText()));
  }
}
