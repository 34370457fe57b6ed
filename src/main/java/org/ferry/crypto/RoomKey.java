package org.ferry.crypto;

import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * A room key on its way into the store.
 *
 * @param room the room it belongs to
 * @param session the session itself, which stays the caller's to close; its id is computed from it
 * @param info what is known of it
 */
public record RoomKey(RoomId room, MegolmInbound session, RoomKeyInfo info) {}
