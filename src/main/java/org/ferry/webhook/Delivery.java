package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;

/**
 * A delivery that waits.
 *
 * @param lane its lane's row
 * @param place its place in the lane, from 1
 * @param id {@code webhook-id}
 * @param attempts how many were made
 * @param body what is sent; empty where it was forgotten, or is large
 * @param part what is still to be done before it can be sent
 * @param trace names what its event came with; empty for none
 */
public record Delivery(
    long lane, long place, String id, int attempts, Buffer body, Part part, String trace) {
  /** Whether its body is there as it is sent. */
  public enum Part {
    /** It is. */
    WHOLE,
    /** It is large, and read by itself when it is sent. */
    APART,
    /** The file that it names is to be put into it, or it is to be settled that it goes without. */
    UNENCLOSED
  }
}
