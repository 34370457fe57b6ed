package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;

/**
 * A message that has no place in the log yet.
 *
 * @param release the entry of the log of released events that it comes from; 0 for none
 * @param type what it is
 * @param room the room
 * @param event the event that says it; null where none does
 * @param network which network the room belongs to
 * @param sender who sent it, as written
 * @param direction {@link LiveMessage#INCOMING} or {@link LiveMessage#OUTGOING}
 * @param ts milliseconds since 1970
 * @param data what consumers get
 * @param media the file that it names; null for none
 */
public record Draft(
    long release,
    MessageType type,
    RoomId room,
    @Nullable EventId event,
    String network,
    String sender,
    String direction,
    long ts,
    ObjectNode data,
    @Nullable MediaRef media) {}
