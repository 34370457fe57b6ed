package org.ferry.live.sync;

import java.time.InstantSource;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;

/** Makes a followed user's device when a person asks for it. Blocks. */
public final class DeviceLogin {
  private final Doors doors;
  private final Identities identities;
  private final InstantSource clock;

  /**
   * A way to log in.
   *
   * @param doors to homeservers
   * @param identities where the device is kept
   * @param clock now
   */
  public DeviceLogin(Doors doors, Identities identities, InstantSource clock) {
    this.doors = doors;
    this.identities = identities;
    this.clock = clock;
  }

  /**
   * The device that a user is followed by, where it works.
   *
   * @throws HomeserverFailure where the homeserver does not answer
   */
  public Optional<DeviceId> working(AccountOptions options) {
    return acting(options).flatMap(Intent::device);
  }

  /**
   * An account as the device that it is followed by, where that works; nothing is logged in.
   *
   * @throws HomeserverFailure where the homeserver does not answer
   */
  public Optional<Intent> acting(AccountOptions options) {
    Optional<Identity> known = identities.find(options.user());
    if (known.isEmpty() || known.get().state() == State.STOPPED) {
      return Optional.empty();
    }
    try {
      return options.token() == null && known.get().token() == null
          ? Optional.empty()
          : Optional.of(
              new AccountDevice(withoutPassword(options), doors, identities, clock).ready());
    } catch (Halted e) {
      return Optional.empty();
    }
  }

  /**
   * One of Ferry's own users as its device, where it has one.
   *
   * @throws Halted where the device does not work
   */
  public Optional<Intent> actingOwn(UserId user) {
    return identities
        .find(user)
        .filter(i -> i.way() != null)
        .map(i -> new ServiceDevice(user, i.kind(), doors, identities, clock).ready());
  }

  private static AccountOptions withoutPassword(AccountOptions options) {
    return new AccountOptions(
        options.user(),
        null,
        options.token(),
        options.recoveryKey(),
        options.invites(),
        options.rooms());
  }

  /**
   * Logs an account in, as the device it had where the homeserver still has that, else as a new
   * one.
   *
   * @param options with a password
   * @return the device
   * @throws Halted where the password or the kind of login is refused
   */
  public DeviceId login(AccountOptions options) {
    Intent intent = new AccountDevice(options, doors, identities, clock).ready();
    identities.note(options.user(), State.STARTING, "logged in anew");
    return intent.device().orElseThrow();
  }

  /**
   * Logs an account in as another device than it had, which is left as it is. The keys of rooms
   * stay.
   *
   * @param options with a password
   * @return the new device
   * @throws Halted where the password or the kind of login is refused, or a token is configured
   */
  public DeviceId anew(AccountOptions options) {
    return new AccountDevice(options, doors, identities, clock).anew().device().orElseThrow();
  }

  /**
   * Makes a new device for one of Ferry's own users where the one it had is gone, or where that is
   * asked for; else nothing changes.
   *
   * @param user the bot, or a ghost
   * @param kind which of them
   * @param anew whether the user gets another device in any case
   * @return the device
   * @throws Halted where the homeserver gives none
   */
  public DeviceId renewOwn(UserId user, Kind kind, boolean anew) {
    Optional<Identity> known = identities.find(user);
    if (known.isPresent() && (anew || !hasDevice(known.get()))) {
      identities.keep(
          new Identity(
              user, kind, DeviceNames.fresh(), null, null, State.STARTING, "", clock.instant()));
    }
    Intent intent = new ServiceDevice(user, kind, doors, identities, clock).ready();
    identities.note(user, State.STARTING, "");
    return intent.device().orElseThrow();
  }

  private boolean hasDevice(Identity identity) {
    try {
      return doors.service().as(identity.user()).devices().has(identity.device());
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }
}
