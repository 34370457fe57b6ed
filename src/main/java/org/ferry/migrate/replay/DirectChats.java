package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.model.AccountDatum;

/** Tells each person's new identity which of its rooms are direct chats, and with whom. */
final class DirectChats {
  private static final String TYPE = "m.direct";

  private static final int BOTH = 2;

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final Map<RoomId, RoomFacts> facts;
  private final Watch watch;

  DirectChats(
      Voyage voyage, Cast cast, LedgerLookups lookups, Map<RoomId, RoomFacts> facts, Watch watch) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.facts = facts;
    this.watch = watch;
  }

  /**
   * Writes {@code m.direct} for everybody who has direct chats that were carried: those that they
   * had marked, and those that only the other one had.
   */
  void carry() {
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
    wanted.forEach(this::tell);
  }

  private void marked(AccountDatum datum, Map<UserId, ObjectNode> wanted) {
    Optional<UserId> owner = cast.target(datum.user());
    try {
      ObjectNode translated = translate(Json.parseObject(datum.content()));
      owner.ifPresent(o -> add(wanted, o, translated));
    } catch (IllegalArgumentException e) {
      watch.say("the direct chats of " + datum.user() + " cannot be read and are left out");
    }
  }

  private void members(RoomFacts room, Map<UserId, ObjectNode> wanted) {
    if (room.joined().size() != BOTH
        || !(lookups.room(room.id()) instanceof RoomFate.Carried carried)) {
      return;
    }
    for (int i = 0; i < BOTH; i++) {
      UserId with = room.joined().get(1 - i);
      ObjectNode chats = Json.object();
      chats.putArray(cast.target(with).orElse(with).value()).add(carried.target().value());
      cast.target(room.joined().get(i)).ifPresent(owner -> add(wanted, owner, chats));
    }
  }

  private static void add(Map<UserId, ObjectNode> wanted, UserId owner, ObjectNode chats) {
    if (!chats.isEmpty()) {
      wanted.merge(owner, chats, DirectChats::merge);
    }
  }

  private void tell(UserId owner, ObjectNode chats) {
    Intent intent = cast.actor(owner);
    try {
      ObjectNode present = intent.accountData(TYPE).orElseGet(Json::object);
      ObjectNode merged = merge(present.deepCopy(), chats);
      if (!merged.equals(present)) {
        intent.putAccountData(TYPE, merged);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say("the direct chats of %s were not set: %s".formatted(owner, e.getMessage()));
    }
  }

  private ObjectNode translate(ObjectNode old) {
    ObjectNode translated = Json.object();
    for (Map.Entry<String, JsonNode> entry : old.properties()) {
      if (!UserId.isValid(entry.getKey())) {
        continue;
      }
      UserId with = new UserId(entry.getKey());
      ArrayNode rooms = Json.object().putArray("rooms");
      for (JsonNode id : entry.getValue()) {
        if (id.asText("").startsWith("!")
            && id.asText().length() > 1
            && lookups.room(new RoomId(id.asText())) instanceof RoomFate.Carried room) {
          rooms.add(room.target().value());
        }
      }
      if (!rooms.isEmpty()) {
        translated.set(cast.target(with).orElse(with).value(), rooms);
      }
    }
    return translated;
  }

  private static ObjectNode merge(ObjectNode present, ObjectNode more) {
    for (Map.Entry<String, JsonNode> entry : more.properties()) {
      ArrayNode rooms =
          present.get(entry.getKey()) instanceof ArrayNode a ? a : present.putArray(entry.getKey());
      for (JsonNode room : entry.getValue()) {
        boolean there = false;
        for (JsonNode known : rooms) {
          there |= known.equals(room);
        }
        if (!there) {
          rooms.add(room);
        }
      }
    }
    return present;
  }
}
