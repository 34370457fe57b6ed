package org.ferry.live.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * An event of a followed room as it came in.
 *
 * @param room its room
 * @param id its id
 * @param sender who sent it, as written
 * @param type its type
 * @param session the Megolm session it is encrypted with; null where it is in the clear
 * @param ts its {@code origin_server_ts}; 0 where it has none that can be used
 * @param seenBy which followed user it came to; null where it came for a carried room
 * @param raw the event as it came, UTF-8
 * @param trace names what it came with
 */
public record Arrival(
    RoomId room,
    EventId id,
    String sender,
    String type,
    @Nullable String session,
    long ts,
    @Nullable UserId seenBy,
    Buffer raw,
    TraceId trace) {
  private static final String ENCRYPTED = "m.room.encrypted";
  private static final int LONGEST_ID = 255;

  /**
   * Reads an event.
   *
   * @param event as a homeserver wrote it
   * @param room its room, where the event itself does not say it; null where it does
   * @param seenBy which followed user it came to, or null
   * @param trace names what it came with
   * @return empty where it lacks what every event has, or is state that was decrypted by nobody
   */
  public static Optional<Arrival> of(
      ObjectNode event, @Nullable RoomId room, @Nullable UserId seenBy, TraceId trace) {
    String id = text(event, "event_id");
    String in = room == null ? text(event, "room_id") : room.value();
    String sender = text(event, "sender");
    String type = text(event, "type");
    if (id == null || in == null || sender == null || type == null) {
      return Optional.empty();
    }
    if (text(event, "room_id") == null) {
      event.put("room_id", in);
    }
    try {
      return Optional.of(
          new Arrival(
              new RoomId(in),
              new EventId(id),
              sender,
              type,
              session(event, type),
              ts(event),
              seenBy,
              Buffer.buffer(Json.bytes(event)),
              trace));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The empty text where the event is encrypted and names no session, or nothing that is one. */
  private static @Nullable String session(ObjectNode event, String type) {
    if (!type.equals(ENCRYPTED) || event.has("state_key")) {
      return null;
    }
    String session = text(event.path("content"), "session_id");
    return session == null || session.length() > LONGEST_ID ? "" : session;
  }

  private static long ts(ObjectNode event) {
    JsonNode ts = event.path("origin_server_ts");
    return ts.isIntegralNumber() && ts.canConvertToLong() ? ts.longValue() : 0;
  }

  /** A field as text; what holds a NUL is none, because no id or type of Matrix has one. */
  private static @Nullable String text(JsonNode object, String field) {
    String value = object.path(field).textValue();
    return value == null || value.isEmpty() || value.indexOf(0) >= 0 ? null : value;
  }
}
