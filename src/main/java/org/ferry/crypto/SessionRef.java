package org.ferry.crypto;

import org.ferry.id.RoomId;

/**
 * Names a Megolm session: nothing else in an event may be trusted to.
 *
 * @param room the room it belongs to
 * @param session its id, which follows from its key
 */
public record SessionRef(RoomId room, String session) {}
