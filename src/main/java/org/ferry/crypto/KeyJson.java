package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/** A room key as it stands in key exports and backups. */
public final class KeyJson {
  private static final String ALGORITHM = "m.megolm.v1.aes-sha2";
  private static final String SHARED = "shared_history";
  private static final String SHARED_BEFORE = "org.matrix.msc3061.shared_history";
  private static final int LONGEST = 255;
  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyJson() {}

  /**
   * Reads one; what it says of itself is believed only where it can be computed.
   *
   * @param json an entry
   * @param origin by what way it came
   * @param now when it came
   * @return the key; the caller closes its session
   * @throws KeyException where it cannot be used, with the reason in a few words
   */
  public static RoomKey read(JsonNode json, KeyOrigin origin, Instant now) {
    if (!json.path("algorithm").asText().equals(ALGORITHM)) {
      throw new KeyException("another algorithm than " + ALGORITHM);
    }
    RoomId room = room(json.path("room_id").asText());
    RoomKeyInfo info =
        new RoomKeyInfo(
            origin,
            word(json.path("sender_key")),
            word(json.path("sender_claimed_keys").path("ed25519")),
            null,
            words(json.path("forwarding_curve25519_key_chain")),
            json.path(SHARED).asBoolean(false) || json.path(SHARED_BEFORE).asBoolean(false),
            now);
    MegolmInbound session = session(json.path("session_key").asText());
    String claimed = json.path("session_id").asText(session.sessionId());
    if (!claimed.equals(session.sessionId())) {
      session.close();
      throw new KeyException("a session id that is not its key's");
    }
    return new RoomKey(room, session, info);
  }

  private static MegolmInbound session(String key) {
    try {
      return MegolmInbound.fromExportedKey(key);
    } catch (CryptoException e) {
      throw new KeyException("a session key that is none", e);
    }
  }

  /**
   * The room of a key.
   *
   * @param text as somebody wrote it
   * @throws KeyException where it is no room id that can be stored
   */
  public static RoomId room(String text) {
    return RoomId.parse(text)
        .filter(room -> text.length() <= LONGEST)
        .orElseThrow(() -> new KeyException("no room id"));
  }

  private static String word(JsonNode node) {
    String text = node.asText();
    return text.length() > LONGEST || text.indexOf(0) >= 0 ? "" : text;
  }

  private static List<String> words(JsonNode list) {
    List<String> words = new ArrayList<>();
    list.forEach(n -> words.add(word(n)));
    return words.size() > LONGEST ? List.of() : words;
  }

  /** Writes one with all that it can decrypt; a secret. */
  public static ObjectNode write(InboundSession session) {
    RoomKeyInfo info = session.info();
    ObjectNode json =
        JSON.createObjectNode()
            .put("algorithm", ALGORITHM)
            .put("room_id", session.room().value())
            .put("session_id", session.sessionId())
            .put("session_key", session.megolm().exportAtFirstKnownIndex())
            .put("sender_key", info.senderKey());
    ObjectNode claimed = json.putObject("sender_claimed_keys");
    if (!info.signingKey().isEmpty()) {
      claimed = claimed.put("ed25519", info.signingKey());
    }
    ArrayNode chain = json.putArray("forwarding_curve25519_key_chain");
    info.forwardedBy().forEach(chain::add);
    return json.put(SHARED, info.sharedHistory()).put(SHARED_BEFORE, info.sharedHistory());
  }
}
