package org.ferry.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * A live message as it enters.
 *
 * @param pos its place in the log of messages
 * @param type such as {@code message.created}
 * @param room id of the conversation
 * @param network such as {@code instagram}
 * @param sender user id
 * @param at when it was made known
 * @param data what the post holds under {@code data}, without {@code room_seq} and links; not
 *     changed
 */
public record Message(
    long pos,
    String type,
    String room,
    String network,
    String sender,
    Instant at,
    ObjectNode data) {
  /** The conversation's name; empty where it has none. */
  public String roomName() {
    return data.path("room").path("name").asText("");
  }

  /** The event it speaks of; empty where it speaks of none. */
  public String event() {
    return data.path("event_id").asText("");
  }
}
