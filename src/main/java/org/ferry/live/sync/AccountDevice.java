package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Given;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.Kind;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.accounts.Identity.Way;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.Login;
import org.ferry.matrix.client.Logins;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.WhoAmI;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The device of somebody's account: that of a given token, or one that Ferry logged in. */
final class AccountDevice implements FollowedDevice {
  private static final Logger LOG = LoggerFactory.getLogger(AccountDevice.class);

  private final AccountOptions options;
  private final UserId user;
  private final Doors doors;
  private final Identities identities;
  private final InstantSource clock;

  /** A file that is gone for a while does not bring back what stood in it at the start. */
  private volatile @Nullable Secret lastToken;

  AccountDevice(AccountOptions options, Doors doors, Identities identities, InstantSource clock) {
    this.options = options;
    this.user = options.user();
    this.doors = doors;
    this.identities = identities;
    this.clock = clock;
  }

  @Override
  public Intent ready() {
    Given given = options.token();
    return given != null ? ofToken(given) : ofPassword();
  }

  @Override
  public Object given() {
    Given token = options.token();
    Given password = options.password();
    return Arrays.asList(
        token == null ? null : now(token), password == null ? null : password.now());
  }

  private Secret now(Given token) {
    Secret last = lastToken;
    Secret now = last == null ? token.now() : token.now(last);
    lastToken = now;
    return now;
  }

  /**
   * Logs in as another device than before, which takes the place of that one once it is there.
   *
   * @throws Halted where the login is refused, or where the device is a token's
   */
  Intent anew() {
    Given token = options.token();
    if (token != null) {
      throw new Halted(
          State.STOPPED,
          "the device of %s is that of its configured token; put the token of another login %s"
              .formatted(user, token.place()));
    }
    Identity other = fresh(DeviceNames.fresh());
    Login login = login(other.device());
    identities.keep(other.made(Way.LOGIN, login.token()));
    LOG.info("event=logged_in user={} device={}", user, login.device());
    return doors.personal(user, login.token()).as(user, login.device());
  }

  private Intent ofToken(Given given) {
    Secret token = now(given);
    if (identities.find(user).isEmpty()) {
      // What becomes of the token is noted with the user, whatever it is.
      Identity unused = kept();
    }
    Homeserver server = doors.personal(user, token);
    WhoAmI self =
        whoami(server)
            .orElseThrow(() -> needsToken("its token is refused; put a new one " + given.place()));
    DeviceId device = self.device();
    if (!self.user().equals(user)) {
      throw new Halted(
          State.STOPPED,
          "the token configured for %s belongs to %s; name that account, or give its own token"
              .formatted(user, self.user()));
    }
    if (device == null) {
      throw new Halted(
          State.STOPPED,
          "the token of %s belongs to no device, so that no key can be sent to it; give one that comes from a login"
              .formatted(user));
    }
    adopt(device);
    return server.as(user, device);
  }

  /** A new token of a person's brings its own device; the keys of rooms stay. */
  private void adopt(DeviceId device) {
    Optional<Identity> known = identities.find(user);
    if (known.isPresent() && known.get().device().equals(device)) {
      return;
    }
    if (known.isPresent() && known.get().way() != null) {
      LOG.warn(
          "event=device_changed user={} the configured token belongs to the device {}; it was {} before",
          user,
          device,
          known.get().device());
    }
    identities.keep(fresh(device).made(Way.TOKEN, null));
  }

  private Identity fresh(DeviceId device) {
    return new Identity(
        user, Kind.ACCOUNT, device, null, null, State.STARTING, "", clock.instant());
  }

  private Intent ofPassword() {
    Identity identity =
        identities.find(user).filter(i -> i.way() != Way.TOKEN).orElseGet(this::kept);
    Secret token = identity.token();
    if (token == null) {
      return login(identity, identity.way() != null);
    }
    Homeserver server = doors.personal(user, token);
    return whoami(server)
            .filter(self -> self.equals(new WhoAmI(user, identity.device())))
            .isPresent()
        ? server.as(user, identity.device())
        : login(identity, true);
  }

  private Identity kept() {
    Identity identity = fresh(DeviceNames.fresh());
    identities.keep(identity);
    return identity;
  }

  /** Empty where the token is refused. */
  private static Optional<WhoAmI> whoami(Homeserver server) {
    try {
      // The user is not named: the token tells.
      return Optional.of(server.as(new UserId("@nobody:nowhere")).whoami());
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Intent login(Identity identity, boolean again) {
    Login login = login(identity.device());
    Intent intent = doors.personal(user, login.token()).as(user, login.device());
    if (again && !hasKeys(intent, login.device())) {
      // The homeserver made an empty device under the old name: the old one had been deleted.
      intent.logout();
      Identity other = kept();
      LOG.warn(
          "event=device_replaced user={} the device {} was deleted on the homeserver; Ferry logged in anew as {}, which other people's programs show as a new session",
          user,
          identity.device(),
          other.device());
      return login(other, false);
    }
    identities.keep(identity.made(Way.LOGIN, login.token()));
    LOG.info("event=logged_in user={} device={}", user, login.device());
    return intent;
  }

  private Login login(DeviceId device) {
    Given password = options.password();
    if (password == null) {
      throw needsToken("no password is configured; ferry accounts login " + user + " asks for it");
    }
    Homeserver server = doors.anonymous(user);
    try {
      return server.logins().password(user, password.now(), device, DeviceNames.SHOWN);
    } catch (MatrixException e) {
      if (e.isForbidden()) {
        throw needsToken(
            "its password is refused (%s); put the right one %s. It is tried again each quarter of an hour"
                .formatted(e.error(), password.place()));
      }
      if (!e.mayResolve() && !server.logins().offered().contains("m.login.password")) {
        throw needsToken(
            "its homeserver takes no passwords; configure token_file, with "
                + Logins.LASTING_TOKEN);
      }
      throw e;
    }
  }

  private Halted needsToken(String why) {
    return new Halted(State.NEEDS_TOKEN, user + " needs a token: " + why);
  }

  private boolean hasKeys(Intent intent, DeviceId device) {
    ObjectNode ask = Json.object();
    ask.putObject("device_keys").putArray(user.value());
    return intent
        .keys()
        .query(ask)
        .path("device_keys")
        .path(user.value())
        .path(device.value())
        .isObject();
  }
}
