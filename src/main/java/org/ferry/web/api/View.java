package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.live.provision.Rooms;
import org.ferry.matrix.event.Json;

/**
 * Which messages a caller may see, and how they look to it. Blocks; safe for use by many threads.
 */
final class View {
  private static final Duration FRESH = Duration.ofSeconds(30);
  private static final Duration LINK = Duration.ofHours(1);
  private static final int MOST = 20_000;

  private final RoomCards cards;
  private final Rooms rooms;
  private final MediaSigns signs;
  private final InstantSource clock;
  private final Map<RoomId, Names> names = new ConcurrentHashMap<>();
  private final Map<RoomId, People> people = new ConcurrentHashMap<>();

  /** Until when it is believed that nobody shows a room to a user. */
  private final Map<Seat, Instant> unseen = new ConcurrentHashMap<>();

  private record Names(List<String> all, Instant until) {}

  private record People(Set<UserId> joined, Instant at) {}

  private record Seat(RoomId room, UserId user) {}

  View(RoomCards cards, Rooms rooms, MediaSigns signs, InstantSource clock) {
    this.cards = cards;
    this.rooms = rooms;
    this.signs = signs;
    this.clock = clock;
  }

  boolean sees(Caller caller, LiveMessage message) {
    if (message.forgotten() || !caller.seesNetwork(message.network())) {
      return false;
    }
    if (message.type().startsWith("member.")) {
      people.computeIfPresent(
          message.room(), (room, known) -> known.at().isAfter(message.at()) ? known : null);
    }
    return seesRoom(caller, message.room());
  }

  boolean seesRoom(Caller caller, RoomId room) {
    return isAmong(caller, room) && (caller.user() == null || isIn(caller.user(), room));
  }

  private boolean isAmong(Caller caller, RoomId room) {
    return caller.rooms().contains("*") || caller.seesRoom(names(room));
  }

  /** Whether everything of a room is for the caller: the room, and the network that it is of. */
  boolean seesAllOf(Caller caller, RoomId room) {
    return seesRoom(caller, room)
        && (caller.networks().isEmpty() || network(room).filter(caller::seesNetwork).isPresent());
  }

  /** The network that a room is of now; empty where nothing is known of the room. */
  Optional<String> network(RoomId room) {
    return cards.find(room).map(RoomCard::network);
  }

  /** The room of a key or an id that the caller may see; else a problem. */
  RoomId visible(Caller caller, String key) {
    RoomId room = rooms.find(key);
    if (!seesRoom(caller, room)) {
      throw new Problem(403, "forbidden_room", "the caller may not see the room " + key);
    }
    return room;
  }

  /** The room of a key or an id that the caller may write into; else a problem. */
  RoomId writable(Caller caller, String key) {
    RoomId room = visible(caller, key);
    refuseNetwork(cards, caller, room);
    return room;
  }

  /** The room of a key or an id that a session's user may ask to be let into; else a problem. */
  RoomId joinable(Caller caller, String key) {
    RoomId room = rooms.find(key);
    if (!isAmong(caller, room)) {
      throw new Problem(403, "forbidden_room", "the caller may not see the room " + key);
    }
    refuseNetwork(cards, caller, room);
    return room;
  }

  /** A problem where a room is of a network that is not the caller's; one that is new is Matrix. */
  static void refuseNetwork(RoomCards cards, Caller caller, RoomId room) {
    if (!caller.networks().isEmpty()) {
      refuseNetwork(caller, cards.find(room).map(RoomCard::network).orElse("matrix"));
    }
  }

  static void refuseNetwork(Caller caller, String network) {
    if (!caller.seesNetwork(network)) {
      throw new Problem(403, "forbidden_network", "the token's networks do not include " + network);
    }
  }

  private List<String> names(RoomId room) {
    Instant now = clock.instant();
    Names known = names.get(room);
    if (known == null || known.until().isBefore(now)) {
      known = new Names(List.copyOf(rooms.names(room)), now.plus(FRESH));
      roomFor(names);
      Names unused = names.put(room, known);
    }
    return known.all();
  }

  /** A room that nobody shows is one that the user is not in; another user may be. */
  private boolean isIn(UserId user, RoomId room) {
    Instant now = clock.instant();
    Seat seat = new Seat(room, user);
    if (unseen.getOrDefault(seat, Instant.MIN).isAfter(now)) {
      return false;
    }
    People known = people.get(room);
    if (known == null || known.at().plus(FRESH).isBefore(now)) {
      Optional<Set<UserId>> joined = rooms.joined(room, user);
      if (joined.isEmpty()) {
        roomFor(unseen);
        Instant unused = unseen.put(seat, now.plus(FRESH));
        return false;
      }
      known = new People(joined.get(), now);
      roomFor(people);
      People unused = people.put(room, known);
    }
    return known.joined().contains(user);
  }

  private static void roomFor(Map<?, ?> map) {
    if (map.size() > MOST) {
      map.clear();
    }
  }

  /** Who joined is seen at once. */
  void joinedNow(RoomId room) {
    People unused = people.remove(room);
    boolean unusedToo = unseen.keySet().removeIf(seat -> seat.room().equals(room));
  }

  /** A message as lists have it: its data, and what a reader needs. */
  ObjectNode listed(LiveMessage message) {
    ObjectNode data = data(message);
    return data.put("type", message.type())
        .put("timestamp", message.at().toString())
        .put("id", String.valueOf(message.pos()))
        .put("trace", message.trace().isEmpty() ? null : message.trace());
  }

  /** A message as streams have it: as in webhooks, with its place. */
  ObjectNode event(LiveMessage message) {
    ObjectNode event =
        Json.object()
            .put("type", message.type())
            .put("id", String.valueOf(message.pos()))
            .put("timestamp", message.at().toString())
            .put("trace", message.trace().isEmpty() ? null : message.trace());
    event.set("data", data(message));
    return event;
  }

  private ObjectNode data(LiveMessage message) {
    ObjectNode data = message.data().deepCopy();
    if (data.path("media") instanceof ObjectNode media && media.path("id").isTextual()) {
      Instant until = clock.instant().plus(LINK);
      media.put("url", signs.link(media.path("id").asText(), until));
      media.put("expires_at", until.toString());
    }
    return data;
  }

  /** A room as lists have it. */
  static ObjectNode room(RoomCard card) {
    ObjectNode room =
        Json.object()
            .put("id", card.id().value())
            .put("name", card.name())
            .put("network", card.network())
            .put("encrypted", card.encrypted())
            .put("keys", card.keys())
            .put("last_event", card.lastEvent() == null ? null : card.lastEvent().value())
            .put("last_at", card.lastAt() == null ? null : card.lastAt().toString());
    var followed = room.putArray("followed_by");
    card.followedBy().forEach(u -> followed.add(u.value()));
    return room;
  }
}
