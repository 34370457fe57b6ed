package org.ferry.live.sync;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Login;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.SyncRequest;
import org.ferry.matrix.client.WhoAmI;
import org.ferry.matrix.event.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device of a user of the application service, Ferry's own or a ghost: by {@code PUT /devices}
 * of MSC4190, spoken for by the application service's token, where the homeserver has that and it
 * works; else by a login of the application service, with a token of its own. Which of them works
 * is found by trying.
 */
public final class ServiceDevice implements FollowedDevice {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceDevice.class);

  private final UserId user;
  private final Kind kind;
  private final Doors doors;
  private final Identities identities;
  private final InstantSource clock;

  /**
   * A user's device; nothing is asked yet.
   *
   * @param user whose
   * @param kind what the user is to Ferry
   * @param doors to the homeserver
   * @param identities where the device is kept
   * @param clock now
   */
  public ServiceDevice(
      UserId user, Kind kind, Doors doors, Identities identities, InstantSource clock) {
    this.user = user;
    this.kind = kind;
    this.doors = doors;
    this.identities = identities;
    this.clock = clock;
  }

  @Override
  public Intent ready() {
    Identity identity = identities.find(user).orElseGet(this::fresh);
    Way way = identity.way();
    if (way == null) {
      return make(identity);
    }
    return way == Way.DEVICES ? byService(identity) : byToken(identity);
  }

  /** Kept before it is made, so that a crash in between makes the same one. */
  private Identity fresh() {
    Identity identity =
        new Identity(
            user, kind, DeviceNames.fresh(), null, null, State.STARTING, "", clock.instant());
    identities.keep(identity);
    return identity;
  }

  private Intent byService(Identity identity) {
    if (!doors.service().as(user).devices().has(identity.device())) {
      throw gone(identity);
    }
    Intent intent = doors.service().as(user, identity.device());
    if (!isItself(intent, identity.device())) {
      throw new Halted(
          State.STOPPED,
          "the homeserver does not take requests of %s for those of its device %s any more (device_id of Matrix 1.17 is ignored); ferry doctor says what it lacks"
              .formatted(user, identity.device()));
    }
    return intent;
  }

  private Intent byToken(Identity identity) {
    Secret token = identity.token();
    if (token != null) {
      Intent intent = doors.personal(user, token).as(user, identity.device());
      try {
        if (isItself(intent, identity.device())) {
          return intent;
        }
      } catch (MatrixException e) {
        if (!e.isTokenRefused()) {
          throw e;
        }
      }
    }
    if (!doors.service().as(user).devices().has(identity.device())) {
      throw gone(identity);
    }
    return login(identity).orElseThrow(() -> noWay("the login is refused"));
  }

  private Halted gone(Identity identity) {
    return new Halted(
        State.STOPPED,
        "the device %s of %s was deleted on the homeserver; Ferry puts its keys under no other name by itself. To go on with a new device: ferry accounts login %s"
            .formatted(identity.device(), user, user));
  }

  private Intent make(Identity identity) {
    boolean unused = doors.service().as(user).register(user.localpart());
    Optional<Intent> made = put(identity);
    return made.isPresent()
        ? made.get()
        : login(identity)
            .orElseThrow(() ->
                noWay("neither PUT /devices nor the login of an application service gives one"));
  }

  private Halted noWay(String why) {
    return new Halted(
        State.STOPPED,
        "no device can be made for %s: %s; ferry doctor says what the homeserver lacks"
            .formatted(user, why));
  }

  private Optional<Intent> put(Identity identity) {
    if (!doors.service().as(user).devices().put(identity.device(), DeviceNames.SHOWN)) {
      return Optional.empty();
    }
    Intent intent = doors.service().as(user, identity.device());
    if (!works(intent, identity.device())) {
      LOG.info("event=device_by_login PUT /devices works, but not what needs the device");
      return Optional.empty();
    }
    identities.keep(identity.made(Way.DEVICES, null));
    return Optional.of(intent);
  }

  private Optional<Intent> login(Identity identity) {
    Login login;
    try {
      login =
          doors.service().logins().applicationService(user, identity.device(), DeviceNames.SHOWN);
    } catch (MatrixException e) {
      LOG.warn("event=appservice_login_refused {}", e.getMessage());
      return Optional.empty();
    }
    Intent intent = doors.personal(user, login.token()).as(user, login.device());
    if (!login.device().equals(identity.device()) || !works(intent, login.device())) {
      return Optional.empty();
    }
    identities.keep(identity.made(Way.LOGIN, login.token()));
    return Optional.of(intent);
  }

  /** Whether what encryption needs answers: some servers offer a device and fail on its keys. */
  private boolean works(Intent intent, DeviceId device) {
    try {
      if (!isItself(intent, device)) {
        return false;
      }
      var unused = intent.keys().upload(Json.object());
      var unusedToo = intent.sync(new SyncRequest(null, Filters.keys(), Duration.ZERO));
      return true;
    } catch (MatrixException e) {
      LOG.info("event=device_does_not_work {}", e.getMessage());
      return false;
    }
  }

  /** The unstable name of device_id was ignored without a word by some versions. */
  private boolean isItself(Intent intent, DeviceId device) throws HomeserverFailure {
    return intent.whoami().equals(new WhoAmI(user, device));
  }
}
