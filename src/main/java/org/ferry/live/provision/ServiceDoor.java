package org.ferry.live.provision;

import java.util.Optional;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;

/** The way to the homeserver whose application service Ferry is. Safe for use by many threads. */
public interface ServiceDoor {
  /**
   * The homeserver, with the service's present token.
   *
   * @throws ProvisionException where Ferry is no application service
   */
  Homeserver homeserver();

  /**
   * Reads the service's token again.
   *
   * @param refused the homeserver as it was spoken to
   * @return true where there is another token now
   */
  boolean renewed(Homeserver refused);

  /** An administrator, where the configuration names one. */
  Optional<Admin> admin();
}
