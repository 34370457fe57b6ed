package org.ferry.live.sync;

import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Homeserver;

/** Ways to homeservers. What is given stays the giver's to close. Safe for use by many threads. */
public interface Doors {
  /** The homeserver that Ferry is an application service of, with that service's token. */
  Homeserver service();

  /**
   * A user's homeserver, with a token of that user's own.
   *
   * @throws org.ferry.matrix.client.HomeserverFailure where its address cannot be found out
   */
  Homeserver personal(UserId user, Secret token);

  /** A user's homeserver, without a token: to log in. */
  Homeserver anonymous(UserId user);
}
