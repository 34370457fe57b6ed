package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.ferry.id.RoomId;

/**
 * One entry of the log that consumers read.
 *
 * @param pos its place in the log, from 1, without gaps; everybody reads in this order
 * @param release the entry of the log of released events that it comes from; 0 where Ferry says it
 *     by itself
 * @param type as in {@link MessageType#word()}
 * @param room the room
 * @param network which network the room belongs to, see {@link Networks}
 * @param sender who sent the event, as written
 * @param direction {@code incoming} or {@code outgoing}
 * @param ts the event's {@code origin_server_ts}, milliseconds since 1970
 * @param at when what it tells became known: the time of its release
 * @param data what consumers get, as the schemas say, but for {@code room_seq} and the link to
 *     media, which whoever hands it out adds; without any field once it was forgotten
 * @param trace names what its event came with; empty for none
 */
public record LiveMessage(
    long pos,
    long release,
    String type,
    RoomId room,
    String network,
    String sender,
    String direction,
    long ts,
    Instant at,
    ObjectNode data,
    String trace) {
  /** The direction of what contacts say. */
  public static final String INCOMING = "incoming";

  /** The direction of what our own accounts say. */
  public static final String OUTGOING = "outgoing";

  /** Whether its text is gone. */
  public boolean forgotten() {
    return data.isEmpty();
  }
}
