package org.ferry.matrix.client;

import java.util.List;
import org.ferry.id.RoomId;

/**
 * What an alias points at.
 *
 * @param room the room
 * @param servers servers that know it
 */
public record ResolvedAlias(RoomId room, List<String> servers) {}
