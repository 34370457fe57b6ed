package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.RoomId;

/**
 * An encrypted message that is kept until it was sent, so that a repeat is the same ciphertext.
 *
 * @param txn the transaction id it is sent with
 * @param room where to
 * @param content of {@code m.room.encrypted}
 */
public record SentMessage(String txn, RoomId room, ObjectNode content) {}
