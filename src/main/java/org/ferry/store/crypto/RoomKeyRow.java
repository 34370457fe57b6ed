package org.ferry.store.crypto;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.List;
import org.ferry.crypto.KeyOrigin;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.crypto.vodozemac.CryptoException;
import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * A row of ferry.room_key.
 *
 * @param room the room
 * @param sessionId the session's id
 * @param info what is known of it
 * @param firstIndex the index it is known from
 * @param pickle the session, protected
 * @param generation of the key that protects it
 */
record RoomKeyRow(
    String room,
    String sessionId,
    RoomKeyInfo info,
    long firstIndex,
    String pickle,
    int generation) {
  static final String COLUMNS =
      "room_id, session_id, origin, first_index, sender_key, signing_key, sender_data,"
          + " forwarded_by, shared_history, pickle, key_generation, created_at";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Protects a key. */
  static RoomKeyRow of(RoomKey key, Keyring.Numbered with) {
    String room = key.room().value();
    String sessionId = key.session().sessionId();
    String pickle = key.session().pickle(with.key().forPickle(purpose(room, sessionId)));
    return new RoomKeyRow(
        room, sessionId, key.info(), key.session().firstKnownIndex(), pickle, with.generation());
  }

  /** A row of the table, with {@link #COLUMNS}. */
  static RoomKeyRow of(Row row) {
    RoomKeyInfo info =
        new RoomKeyInfo(
            KeyOrigin.of(row.getString(2)),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            list(row.getString(7)),
            row.getBoolean(8),
            row.get(OffsetDateTime.class, 11).toInstant());
    return new RoomKeyRow(
        row.getString(0),
        row.getString(1),
        info,
        row.getLong(3),
        row.getString(9),
        row.getInteger(10));
  }

  /** What a pickle is bound to: moved to another row it does not open. */
  static String purpose(String room, String sessionId) {
    return "room key " + room + " " + sessionId;
  }

  /**
   * Opens the pickle.
   *
   * @return the session, for the caller to close
   */
  MegolmInbound open(Keyring keyring) {
    return open(keyring.of(generation));
  }

  MegolmInbound open(PickleKey key) {
    try {
      return MegolmInbound.fromPickle(pickle, key.forPickle(purpose(room, sessionId)));
    } catch (CryptoException.WrongPickleKey | CryptoException.BadPickle e) {
      throw new DamagedRowException(
          "the key of session %s in room %s does not open: its row was changed or damaged (%s)"
              .formatted(sessionId, room, e.reason()),
          e);
    }
  }

  /** The same with another session and what is known of it. */
  RoomKeyRow with(MegolmInbound session, RoomKeyInfo known, Keyring.Numbered key) {
    return of(new RoomKey(new RoomId(room), session, known), key);
  }

  String forwardedBy() {
    try {
      return JSON.writeValueAsString(info.forwardedBy());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a list of texts is no JSON", e);
    }
  }

  private static List<String> list(String json) {
    try {
      return JSON.readValue(json, new TypeReference<List<String>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the database holds a list that cannot be read", e);
    }
  }
}
