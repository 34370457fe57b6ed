package org.ferry.matrix.appservice;

import org.ferry.id.RoomAlias;
import org.ferry.id.UserId;

/** What a homeserver asks about names of the application service's namespaces. */
public interface Namespaces {
  /** Whether Ferry made this user, so that the homeserver may take it for real. May block. */
  boolean knowsUser(UserId user) throws Exception;

  /** Whether Ferry made this alias. May block. */
  boolean knowsAlias(RoomAlias alias) throws Exception;
}
