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
import org.ferry.live.sync.Duty;
import org.ferry.live.sync.Following;
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

  private final Duty.Lead lead;

  private final Map<UserId, Intent> ghosts = new ConcurrentHashMap<>();
  private final Turns<UserId> turns = new Turns<>();

  Writers(
      Company company,
      Following.Ways ways,
      Identities identities,
      InstantSource clock,
      Duty.Lead lead) {
    this.company = company;
    this.doors = ways.doors();
    this.identities = identities;
    this.clock = clock;
    this.followed = ways.machines() != null;
    this.lead = lead;
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
    return known(user).orElseGet(() -> turns.in(user, () -> ghost(user)));
  }

  /**
   * A ghost whose device was looked at before; empty where a command gave it another one meanwhile.
   * As long as that is being made, the former one serves.
   */
  private Optional<Intent> known(UserId user) {
    Intent ghost = ghosts.get(user);
    return ghost == null
        ? Optional.empty()
        : identities
            .find(user)
            .filter(i -> i.way() == null || ghost.device().filter(i.device()::equals).isPresent())
            .map(i -> ghost);
  }

  private Intent ghost(UserId user) {
    Optional<Intent> known = known(user);
    if (known.isPresent()) {
      return known.get();
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
    if (identity.way() == Way.TOKEN) {
      // Whatever the file holds by now: which device that belongs to is known once it is ready.
      return lead.acting(options.user())
          .orElseThrow(() -> new NotYet("the device of " + options.user() + " is not ready"));
    }
    Secret token = identity.token();
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
