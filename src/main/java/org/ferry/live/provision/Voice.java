package org.ferry.live.provision;

import java.util.Optional;
import java.util.function.Function;
import org.ferry.id.UserId;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/**
 * Who asks the homeserver for somebody who speaks: an account that Ferry follows for itself, a user
 * of the application service for the others of its own.
 *
 * @param user who speaks
 * @param accounts the ways of the accounts; empty for anybody else
 * @param service for everybody else
 */
record Voice(UserId user, Function<UserId, Optional<Intent>> accounts, Service service) {
  /**
   * Asks something.
   *
   * @param otherwise who asks where an account does not ask for itself
   * @throws ProvisionException where an account has no token, or the homeserver does not know it
   */
  <T> T ask(UserId otherwise, Function<Intent, T> work) {
    Optional<Intent> account = accounts.apply(user);
    if (account.isEmpty()) {
      return service.ask(server -> work.apply(server.as(otherwise)));
    }
    try {
      return work.apply(account.get());
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw new ProvisionException(
            Kind.CONFLICT,
            "the homeserver does not know the token of "
                + user
                + "; ferry accounts list tells more");
      }
      throw e;
    }
  }

  /** Whether it is an account that asks for itself. */
  boolean isAccount() {
    return accounts.apply(user).isPresent();
  }
}
