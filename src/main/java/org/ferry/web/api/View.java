package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private record Names(List<String> all, Instant until) {}

  private record People(Set<UserId> joined, Instant at) {}

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
    if (caller.user() != null) {
      return joined(room).contains(caller.user());
    }
    return caller.rooms().contains("*") || caller.seesRoom(names(room));
  }

  /** Whether everything of a room is for the caller: the room, and the network that it is of. */
  boolean seesAllOf(Caller caller, RoomId room) {
    return seesRoom(caller, room)
        && (caller.networks().isEmpty()
            || cards.find(room).filter(c -> caller.seesNetwork(c.network())).isPresent());
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
      List<String> all = new ArrayList<>(rooms.names(room));
      cards.find(room).map(RoomCard::name).ifPresent(all::add);
      known = new Names(List.copyOf(all), now.plus(FRESH));
      if (names.size() > MOST) {
        names.clear();
      }
      Names unused = names.put(room, known);
    }
    return known.all();
  }

  private Set<UserId> joined(RoomId room) {
    Instant now = clock.instant();
    People known = people.get(room);
    if (known == null || known.at().plus(FRESH).isBefore(now)) {
      known = new People(rooms.joined(room), now);
      if (people.size() > MOST) {
        people.clear();
      }
      People unused = people.put(room, known);
    }
    return known.joined();
  }

  /** Who joined is seen at once. */
  void joinedNow(RoomId room) {
    People unused = people.remove(room);
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
