package org.ferry.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The room events of a transaction as it is kept. */
public final class TransactionEvents {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionEvents.class);

  private TransactionEvents() {}

  /**
   * Reads them; one that cannot be read does not keep the others from it.
   *
   * @param body what was kept of a transaction
   * @return the events in their order
   */
  public static List<ObjectNode> of(byte[] body) {
    List<ObjectNode> events = new ArrayList<>();
    for (byte[] piece : Transaction.of(body).events()) {
      try {
        ObjectNode event = Json.parseObject(piece);
        RoomId unused = new RoomId(event.path("room_id").asText());
        events.add(event);
      } catch (IllegalArgumentException e) {
        LOG.warn("event=live_event_unreadable bytes={} {}", piece.length, e.getMessage());
      }
    }
    return events;
  }
}
