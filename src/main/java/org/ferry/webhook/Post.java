package org.ferry.webhook;

import io.vertx.core.buffer.Buffer;

/**
 * One delivery as it goes out.
 *
 * @param id of the delivery, the same in every attempt
 * @param attempt its number, from 1
 * @param repeat whether the receiver may have had it before
 * @param replay whether somebody asked for it again
 * @param body what is signed and sent
 * @param trace names what its event came with; empty for none
 */
public record Post(
    String id, int attempt, boolean repeat, boolean replay, Buffer body, String trace) {}
