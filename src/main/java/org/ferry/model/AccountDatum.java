package org.ferry.model;

import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Something a person keeps on the source for themselves: direct chats, tags, ignored users.
 *
 * @param user whose
 * @param room the room it belongs to, null for what is global
 * @param type the account data type, such as {@code m.direct} or {@code m.tag}
 * @param content one JSON object as text
 */
public record AccountDatum(UserId user, @Nullable RoomId room, String type, String content) {}
