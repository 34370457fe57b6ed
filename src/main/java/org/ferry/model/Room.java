package org.ferry.model;

import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/**
 * A room of the source; everything else about it is in its events.
 *
 * @param id the id on the source
 * @param version the room version, "1" where the source does not say
 * @param creator who made it, null where the source does not say
 * @param listed true where the source's public directory shows it
 */
public record Room(RoomId id, String version, @Nullable UserId creator, boolean listed) {}
