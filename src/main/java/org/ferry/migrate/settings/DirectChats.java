package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.model.AccountDatum;

/** Which rooms are direct chats of whom, and with whom: {@code m.direct} of each person. */
public final class DirectChats {
  private static final String TYPE = "m.direct";

  private static final int BOTH = 2;

  private final Voyage voyage;
  private final Lookups lookups;
  private final Map<RoomId, RoomFacts> facts;
  private final List<UserId> unreadable = new ArrayList<>();

  /**
   * Direct chats of a crossing.
   *
   * @param voyage the crossing
   * @param lookups the new ids of people and rooms
   * @param facts what the source's rooms are
   */
  public DirectChats(Voyage voyage, Lookups lookups, Map<RoomId, RoomFacts> facts) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.facts = facts;
  }

  /**
   * What everybody's {@code m.direct} should hold: the direct chats that they had marked, and those
   * that only the other one had.
   *
   * @return a wish for each person who has any, by the id on the destination
   */
  public Map<UserId, Wish> all() {
    Map<UserId, ObjectNode> wanted = new LinkedHashMap<>();
    try (Stream<AccountDatum> data = voyage.sources().accountData(voyage.source().id(), TYPE)) {
      data.filter(d -> d.room() == null).toList().forEach(d -> marked(d, wanted));
    }
    for (Plan.PlanRoom room : voyage.plan().rooms()) {
      RoomFacts fact = facts.get(room.id());
      if (room.carried() && room.kind() == Plan.RoomClass.DIRECT && fact != null) {
        members(fact, wanted);
      }
    }
    Map<UserId, Wish> wishes = new LinkedHashMap<>();
    wanted.forEach((owner, chats) -> wishes.put(owner, Additions.to(TYPE, null, chats)));
    return wishes;
  }

  /** Whose {@code m.direct} could not be read; after {@link #all()}. */
  public List<UserId> unreadable() {
    return List.copyOf(unreadable);
  }

  private void marked(AccountDatum datum, Map<UserId, ObjectNode> wanted) {
    Optional<UserId> owner = lookups.user(datum.user());
    try {
      ObjectNode translated = translate(Json.parseObject(datum.content()));
      owner.ifPresent(o -> add(wanted, o, translated));
    } catch (IllegalArgumentException e) {
      unreadable.add(datum.user());
    }
  }

  private void members(RoomFacts room, Map<UserId, ObjectNode> wanted) {
    if (room.joined().size() != BOTH
        || room.joined().stream().anyMatch(Forgotten::isErased)
        || !(lookups.room(room.id()) instanceof RoomFate.Carried carried)) {
      return;
    }
    for (int i = 0; i < BOTH; i++) {
      UserId with = room.joined().get(1 - i);
      ObjectNode chats = Json.object();
      chats.putArray(lookups.user(with).orElse(with).value()).add(carried.target().value());
      lookups.user(room.joined().get(i)).ifPresent(owner -> add(wanted, owner, chats));
    }
  }

  private static void add(Map<UserId, ObjectNode> wanted, UserId owner, ObjectNode chats) {
    if (!chats.isEmpty()) {
      Additions.merge(wanted.computeIfAbsent(owner, o -> Json.object()), chats);
    }
  }

  private ObjectNode translate(ObjectNode old) {
    ObjectNode translated = Json.object();
    for (Map.Entry<String, JsonNode> entry : old.properties()) {
      if (!UserId.isValid(entry.getKey()) || Forgotten.isErased(new UserId(entry.getKey()))) {
        continue;
      }
      UserId with = new UserId(entry.getKey());
      ArrayNode rooms = Json.object().putArray("rooms");
      for (JsonNode id : entry.getValue()) {
        RoomId.parse(id.asText(""))
            .map(lookups::room)
            .filter(RoomFate.Carried.class::isInstance)
            .map(fate -> ((RoomFate.Carried) fate).target().value())
            .ifPresent(rooms::add);
      }
      if (!rooms.isEmpty()) {
        translated.set(lookups.user(with).orElse(with).value(), rooms);
      }
    }
    return translated;
  }
}
