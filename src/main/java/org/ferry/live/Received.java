package org.ferry.live;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import org.ferry.id.TraceId;

/**
 * A transaction as it is kept.
 *
 * @param server which registration it came in by: the homeserver's domain
 * @param txnId the server's transaction id; servers use one again, so it names nothing alone
 * @param body what is kept of it: a JSON object with the items of Ferry's own rooms, as they came
 * @param sha256 the hash, in lower-case hexadecimal, of the whole that came
 * @param kept how many items are kept
 * @param dropped how many items were of other rooms, or of none
 * @param at when it came in
 * @param trace names what is made of it
 */
public record Received(
    String server,
    String txnId,
    Buffer body,
    String sha256,
    int kept,
    int dropped,
    Instant at,
    TraceId trace) {}
