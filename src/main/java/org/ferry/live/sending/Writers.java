package org.ferry.live.sending;

import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.live.sync.Doors;
import org.ferry.live.sync.ServiceDevice;
import org.ferry.matrix.client.Intent;

/**
 * Those who write, each as the one device of theirs that is kept: a homeserver remembers
 * transaction ids by device. Ghosts' devices are made when they write for the first time. Safe for
 * use by many threads.
 */
final class Writers {
  private final Company company;
  private final Doors doors;
  private final Identities identities;
  private final InstantSource clock;

  /** Whether those who are followed get their devices by that. */
  private final boolean followed;

  private final Map<UserId, Intent> ghosts = new ConcurrentHashMap<>();
  private final Turns<UserId> turns = new Turns<>();

  Writers(
      Company company, Doors doors, Identities identities, InstantSource clock, boolean followed) {
    this.company = company;
    this.doors = doors;
    this.identities = identities;
    this.clock = clock;
    this.followed = followed;
  }

  /**
   * Somebody who writes, as their device.
   *
   * @throws NotYet where their device is not ready
   * @throws org.ferry.live.sync.Halted where somebody has to do something first
   */
  Intent of(UserId user) {
    Optional<AccountOptions> account = company.account(user);
    if (account.isPresent()) {
      return account(account.get());
    }
    if (company.isBot(user) && followed) {
      return bot(user);
    }
    if (company.bot() == null || !user.server().equals(company.domain())) {
      throw new NotYet(
          user + " is neither a user of this application service nor a configured account");
    }
    Intent ghost = ghosts.get(user);
    return ghost != null ? ghost : turns.in(user, () -> ghost(user));
  }

  private Intent ghost(UserId user) {
    Intent known = ghosts.get(user);
    if (known != null) {
      return known;
    }
    Kind kind = company.isBot(user) ? Kind.BOT : Kind.GHOST;
    Intent made = new ServiceDevice(user, kind, doors, identities, clock).ready();
    Intent unused = ghosts.put(user, made);
    return made;
  }

  /** The device of a ghost is looked at anew. */
  void forget(UserId user) {
    Intent unused = ghosts.remove(user);
  }

  private Intent bot(UserId bot) {
    Identity identity = ready(bot);
    Secret token = identity.token();
    return identity.way() == Way.DEVICES || token == null
        ? doors.service().as(bot, identity.device())
        : doors.personal(bot, token).as(bot, identity.device());
  }

  private Intent account(AccountOptions options) {
    Identity identity = ready(options.user());
    Secret token = identity.way() == Way.TOKEN ? options.tokenNow() : identity.token();
    if (token == null) {
      throw new NotYet(options.user() + " needs a token: " + identity.detail());
    }
    return doors.personal(options.user(), token).as(options.user(), identity.device());
  }

  private Identity ready(UserId user) {
    return identities
        .find(user)
        .filter(i -> i.way() != null)
        .orElseThrow(() -> new NotYet(user + " has no device yet; ferry accounts list tells more"));
  }
}
