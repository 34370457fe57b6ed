package org.ferry.migrate.plan;

import java.util.List;
import org.ferry.id.RoomAlias;
import org.jspecify.annotations.Nullable;

/**
 * What the bot reads in a room that it is a member of.
 *
 * @param name its name
 * @param type its type
 * @param canonicalAlias its main alias
 * @param aliases its other aliases
 * @param origin what its create event says of where it came from
 * @param power the bot's own level; {@link Long#MAX_VALUE} for a creator of version 12
 * @param childLevel the level for adding rooms to it
 * @param carryLevel the level for inviting ghosts, redacting and sending state
 */
record SpaceRoom(
    @Nullable String name,
    @Nullable String type,
    @Nullable RoomAlias canonicalAlias,
    List<RoomAlias> aliases,
    TargetRoom.@Nullable Origin origin,
    long power,
    long childLevel,
    long carryLevel) {
  boolean isSpace() {
    return "m.space".equals(type);
  }
}
