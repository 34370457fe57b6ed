package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.model.AccountDatum;

/** Tells each person's new identity which of its rooms are direct chats, and with whom. */
final class DirectChats {
  private static final String TYPE = "m.direct";

  private final Voyage voyage;
  private final Cast cast;
  private final LedgerLookups lookups;
  private final Watch watch;

  DirectChats(Voyage voyage, Cast cast, LedgerLookups lookups, Watch watch) {
    this.voyage = voyage;
    this.cast = cast;
    this.lookups = lookups;
    this.watch = watch;
  }

  /** Writes {@code m.direct} for everybody who has direct chats that were carried. */
  void carry() {
    try (Stream<AccountDatum> data = voyage.sources().accountData(voyage.source().id(), TYPE)) {
      data.filter(d -> d.room() == null).toList().forEach(this::carry);
    }
  }

  private void carry(AccountDatum datum) {
    Optional<UserId> owner = cast.target(datum.user());
    ObjectNode translated;
    try {
      translated = translate(Json.parseObject(datum.content()));
    } catch (IllegalArgumentException e) {
      watch.say("the direct chats of " + datum.user() + " cannot be read and are left out");
      return;
    }
    if (owner.isEmpty() || translated.isEmpty()) {
      return;
    }
    Intent intent = cast.actor(owner.get());
    try {
      ObjectNode present = intent.accountData(TYPE).orElseGet(Json::object);
      ObjectNode merged = merge(present.deepCopy(), translated);
      if (!merged.equals(present)) {
        intent.putAccountData(TYPE, merged);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say("the direct chats of %s were not set: %s".formatted(owner.get(), e.getMessage()));
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
