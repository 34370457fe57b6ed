package org.ferry.live.sending;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.RoomId;
import org.ferry.live.message.Draft;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.MessageType;
import org.ferry.live.message.Networks;
import org.ferry.live.message.RoomCard;
import org.ferry.live.sending.Letter.Refusal;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What is told of a message that could not be sent. */
final class Regret {
  private Regret() {}

  /**
   * Tells of a message, with every field that the schema of {@code message.send_failed} wants.
   *
   * @param letter with its content
   * @param refusal why
   * @param card what is known of its room; null for nothing
   */
  static Draft of(Letter letter, Refusal refusal, @Nullable RoomCard card) {
    RoomId room = letter.out().room();
    String network = card == null ? Networks.MATRIX : card.network();
    ObjectNode data = Json.object().putNull("event_id");
    data.putObject("room")
        .put("id", room.value())
        .put("name", card == null ? null : card.name())
        .put("network", network);
    data.putObject("sender")
        .put("id", letter.out().as().value())
        .putNull("displayname")
        .put("network", Networks.MATRIX)
        .putNull("remote_id")
        .put("is_me", true);
    return new Draft(
        0,
        MessageType.MESSAGE_SEND_FAILED,
        room,
        null,
        network,
        letter.out().as().value(),
        LiveMessage.OUTGOING,
        letter.posted().toEpochMilli(),
        said(data, letter, card != null && card.encrypted()).put("reason", reason(refusal)),
        null);
  }

  private static ObjectNode said(ObjectNode data, Letter letter, boolean encrypted) {
    ObjectNode content = letter.out().content();
    String type = letter.out().type();
    String msgtype = content.path("msgtype").textValue();
    ObjectNode all =
        data.put("direction", LiveMessage.OUTGOING)
            .put("encrypted", encrypted)
            .put("trust", "none")
            .put("msgtype", msgtype == null ? type : msgtype)
            .put("body", content.path("body").textValue())
            .putNull("formatted_body")
            .putNull("relates_to")
            .putNull("media")
            .put("client_ref", content.path("org.ferry.client_ref").textValue())
            .put("origin_server_ts", letter.posted().toEpochMilli());
    JsonNode unused = all.set("content", content);
    return all;
  }

  private static String reason(Refusal refusal) {
    return (refusal.status() + " " + refusal.errcode() + " " + refusal.error())
        .replaceAll("\\s+", " ")
        .strip();
  }
}
