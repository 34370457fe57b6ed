package org.ferry.model;

import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;

/**
 * A name by which a room of the source is found.
 *
 * @param alias the alias
 * @param room the room it leads to
 */
public record Alias(RoomAlias alias, RoomId room) {}
