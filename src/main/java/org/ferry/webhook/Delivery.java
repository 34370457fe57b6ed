package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;

/**
 * A delivery that waits.
 *
 * @param lane its lane's row
 * @param place its place in the lane, from 1
 * @param id {@code webhook-id}
 * @param attempts how many were made
 * @param body what is sent; empty where it was forgotten
 * @param trace names what its event came with; empty for none
 */
public record Delivery(long lane, long place, String id, int attempts, Buffer body, String trace) {}
