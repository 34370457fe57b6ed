package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.RoomId;

/**
 * An event of the type {@code m.room.encrypted}.
 *
 * @param room the room it was read in
 * @param event all of it
 */
public record EncryptedEvent(RoomId room, ObjectNode event) {}
