package org.ferry.migrate.decrypt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Opener;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** Opens events of {@code m.megolm.v1.aes-sha2} with the sessions whose keys were given. */
final class MegolmOpener implements Opener {
  private static final String ALGORITHM = "m.megolm.v1.aes-sha2";
  private static final String RELATION = "m.relates_to";

  /** What has a meaning only in clear, and what holds keys. */
  private static final Set<String> REFUSED =
      Set.of(
          "m.room.encrypted",
          "m.room.redaction",
          "m.room.create",
          "m.room.member",
          "m.room.power_levels",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.encryption",
          "m.room.tombstone",
          "m.room.third_party_invite",
          "m.room.server_acl",
          "m.dummy");

  private static final List<String> KEYS =
      List.of("m.room_key", "m.forwarded_room_key", "m.secret.", "m.olm.");

  private final SessionSource sessions;
  private final BiFunction<MegolmIndexes.Place, EventId, EventId> owner;

  /**
   * An opener.
   *
   * @param sessions the keys
   * @param owner says whose a message index is, where an event uses it
   */
  MegolmOpener(SessionSource sessions, BiFunction<MegolmIndexes.Place, EventId, EventId> owner) {
    this.sessions = sessions;
    this.owner = owner;
  }

  @Override
  public Opened open(Event event) {
    JsonNode wrapper;
    try {
      wrapper = Json.parseObject(event.content());
    } catch (IllegalArgumentException e) {
      return new Opened.Sealed(Reason.DAMAGED);
    }
    if (!wrapper.path("algorithm").asText("").equals(ALGORITHM)) {
      return new Opened.Sealed(Reason.UNKNOWN_ALGORITHM);
    }
    String id = wrapper.path("session_id").textValue();
    String ciphertext = wrapper.path("ciphertext").textValue();
    if (id == null || id.isEmpty() || ciphertext == null) {
      return new Opened.Sealed(Reason.DAMAGED);
    }
    Optional<SessionSource.Session> found = sessions.find(event.room(), id);
    if (found.isEmpty()) {
      return new Opened.Sealed(Reason.NO_KEY);
    }
    boolean proven = found.get().proven();
    try (SessionSource.Session session = found.get()) {
      MegolmInbound.Decrypted decrypted = session.inbound().decrypt(ciphertext);
      var place = new MegolmIndexes.Place(event.room(), id, decrypted.index());
      return judged(event, wrapper, decrypted.plaintext(), place, session.owner());
    } catch (CryptoException.UnknownIndex e) {
      return new Opened.Sealed(Reason.KEY_BEGINS_LATER);
    } catch (CryptoException.BadMac e) {
      // As live: where nobody vouches for the key it is the wrong one, and the right one may come.
      return new Opened.Sealed(proven ? Reason.DAMAGED : Reason.NO_KEY);
    } catch (CryptoException.Unavailable e) {
      throw e;
    } catch (CryptoException e) {
      return new Opened.Sealed(Reason.DAMAGED);
    }
  }

  private Opened judged(
      Event event,
      JsonNode wrapper,
      byte[] plaintext,
      MegolmIndexes.Place place,
      @Nullable UserId maker) {
    JsonNode payload;
    try {
      payload = Json.parseObject(new String(plaintext, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return new Opened.Sealed(Reason.NO_MESSAGE);
    }
    if (!event.room().value().equals(payload.path("room_id").textValue())) {
      return new Opened.Sealed(Reason.OTHER_ROOM);
    }
    if (!owner.apply(place, event.id()).equals(event.id())) {
      return new Opened.Sealed(Reason.REPEATED);
    }
    String type = payload.path("type").asText("");
    if (!isMessage(type, payload) || !(payload.get("content") instanceof ObjectNode content)) {
      return new Opened.Sealed(Reason.NO_MESSAGE);
    }
    if (!content.has(RELATION) && wrapper.path(RELATION).isObject()) {
      content.set(RELATION, wrapper.path(RELATION));
    }
    boolean othersKey = maker != null && !maker.equals(event.sender());
    return new Opened.Clear(inClear(event, type, content), othersKey);
  }

  private static boolean isMessage(String type, JsonNode payload) {
    return !type.isEmpty()
        && !payload.has("state_key")
        && !REFUSED.contains(type)
        && KEYS.stream().noneMatch(type::startsWith);
  }

  private static Event inClear(Event event, String type, ObjectNode content) {
    return new Event(
        event.id(),
        event.room(),
        event.sender(),
        type,
        null,
        event.ts(),
        event.depth(),
        event.stream(),
        Json.text(content),
        null,
        event.redactedBy(),
        event.current());
  }
}
