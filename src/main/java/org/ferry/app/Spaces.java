package org.ferry.app;

import java.util.Optional;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.ResolvedAlias;

/** Which Space a name means. */
public final class Spaces {
  private Spaces() {}

  /**
   * The Space of a name; asks the homeserver where it is an alias.
   *
   * @param ferry the running Ferry
   * @param name an alias or a room id
   * @return its id, or empty where no room has that alias
   */
  public static Optional<RoomId> id(Ferry ferry, String name) {
    if (name.startsWith("!") && name.length() > 1) {
      return Optional.of(new RoomId(name));
    }
    if (!RoomAlias.isValid(name)) {
      return Optional.empty();
    }
    return ferry
        .homeserver()
        .as(ferry.config().bot())
        .resolveAlias(new RoomAlias(name))
        .map(ResolvedAlias::room);
  }
}
