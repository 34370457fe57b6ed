package org.ferry.live.provision;

import java.util.function.Function;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.MatrixException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the homeserver; where it does not know the token, with a newer one, once. */
final class Service {
  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  private final ServiceDoor door;

  Service(ServiceDoor door) {
    this.door = door;
  }

  /** Does work that may be repeated as a whole. */
  <T> T ask(Function<Homeserver, T> work) {
    Homeserver server = door.homeserver();
    try {
      return work.apply(server);
    } catch (MatrixException e) {
      if (!e.isTokenRefused() || !door.renewed(server)) {
        throw e;
      }
      LOG.warn("event=token_renewed the homeserver did not know the token; there is another now");
      return work.apply(door.homeserver());
    }
  }

  ServiceDoor door() {
    return door;
  }
}
