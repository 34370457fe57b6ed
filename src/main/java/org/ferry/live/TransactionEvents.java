package org.ferry.live;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
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
   * @param unreadable told of each that cannot be read
   * @return the events in their order
   */
  public static List<ObjectNode> of(byte[] body, Consumer<Unreadable> unreadable) {
    List<ObjectNode> events = new ArrayList<>();
    for (Transaction.Cut cut : Transaction.of(body).events()) {
      try {
        ObjectNode event = Json.parseObject(cut.bytes().getBytes());
        RoomId unused = new RoomId(event.path("room_id").asText());
        events.add(event);
      } catch (IllegalArgumentException e) {
        RoomId room = RoomId.parse(cut.room()).orElse(null);
        String why = String.valueOf(e.getMessage());
        LOG.warn("event=live_event_unreadable room={} id={} {}", room, cut.id(), why);
        unreadable.accept(new Unreadable(room, cut.id(), why, cut.bytes()));
      }
    }
    return events;
  }
}
