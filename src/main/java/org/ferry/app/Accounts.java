package org.ferry.app;

import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.ferry.config.Config;
import org.ferry.config.RegistrationFile;
import org.ferry.id.DeviceId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Given;
import org.ferry.live.accounts.Identity;
import org.ferry.live.sync.DeviceLogin;
import org.ferry.matrix.client.Intent;
import org.ferry.store.crypto.PgDevices;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgIdentities;
import org.ferry.store.live.PgLeader;
import org.jspecify.annotations.Nullable;

/** The users whose conversations Ferry follows, as a person asks about them. */
public final class Accounts {
  private final Ferry ferry;
  private final Config config;

  /**
   * Looks at accounts.
   *
   * @param ferry stays the caller's
   */
  public Accounts(Ferry ferry) {
    this.ferry = ferry;
    this.config = ferry.config();
  }

  /**
   * How a followed user stands.
   *
   * @param user who
   * @param kind {@code bot} or {@code account}
   * @param state {@code starting}, {@code following}, {@code waiting}, {@code needs_token} or
   *     {@code stopped}; {@code new} where {@code run} has not seen it yet and can log in by itself
   * @param device its device; null where it has none yet
   * @param rooms how many rooms are followed
   * @param since since when it stands so; null where {@code run} has not seen it yet
   * @param detail the same in words, with the remedy
   */
  public record Standing(
      UserId user,
      String kind,
      String state,
      @Nullable DeviceId device,
      int rooms,
      @Nullable Instant since,
      String detail) {
    /** Whether somebody should read the words. */
    public boolean isAmiss() {
      return !detail.isEmpty() && (!state.equals("following") || isUnsigned());
    }

    /** Whether the device is none that other people's clients trust, though it should be. */
    public boolean isUnsigned() {
      return detail.startsWith(Identity.UNSIGNED);
    }
  }

  /** All that are configured, and the bot. */
  public List<Standing> list() {
    PgIdentities identities = new PgIdentities(ferry.database(), null);
    List<Standing> all = new ArrayList<>();
    if (Files.exists(config.appservice().registration())) {
      all.add(standing(identities, config.bot(), Identity.Kind.BOT));
    }
    for (AccountOptions account : config.people()) {
      all.add(standing(identities, account.user(), Identity.Kind.ACCOUNT));
    }
    return all;
  }

  /** Whether a {@code ferry run} follows them now, on any machine. */
  public boolean areFollowed() {
    return new PgLeader(ferry.database()).isTaken();
  }

  /**
   * An account that was followed, and is no more.
   *
   * @param user who
   * @param waiting how many encrypted events lack keys that nobody else of Ferry's waits for
   */
  public record Former(UserId user, long waiting) {}

  /** Accounts that were followed, and are no more, of which the database still holds something. */
  public List<Former> former() {
    Set<UserId> accounts =
        new PgIdentities(ferry.database(), null)
            .all().stream()
                .filter(i -> i.kind() == Identity.Kind.ACCOUNT && !isFollowed(i.user()))
                .map(Identity::user)
                .collect(Collectors.toSet());
    return new PgDevices(ferry.database())
        .holdings().stream()
            .filter(h -> accounts.contains(h.user()))
            .map(h -> new Former(h.user(), h.waiting()))
            .toList();
  }

  /**
   * Forgets what belongs to an account alone that is followed no more. Keys of rooms stay, and what
   * was read.
   *
   * @param user one of {@link #former}
   * @return false where a daemon still works with its device; nothing was forgotten
   */
  public boolean forget(UserId user) {
    return new PgDevices(ferry.database()).forget(user);
  }

  /** Whether the configuration names a user as one to follow. */
  public boolean isFollowed(UserId user) {
    return user.equals(config.bot())
        || config.people().stream().anyMatch(a -> a.user().equals(user));
  }

  private Standing standing(PgIdentities identities, UserId user, Identity.Kind kind) {
    int rooms = new PgFollowedRooms(ferry.database()).of(user).size();
    Optional<Identity> known = identities.find(user);
    return known
        .map(i ->
            new Standing(
                user, kind.word(), i.state().word(), i.device(), rooms, i.at(), i.detail()))
        .orElseGet(() -> beginning(user, kind, rooms));
  }

  private Standing beginning(UserId user, Identity.Kind kind, int rooms) {
    boolean given =
        config.people().stream()
            .filter(a -> a.user().equals(user))
            .allMatch(a -> a.password() != null || a.token() != null);
    return given
        ? new Standing(
            user, kind.word(), "new", null, rooms, null, "ferry run has not followed it yet")
        : new Standing(
            user,
            kind.word(),
            "needs_token",
            null,
            rooms,
            null,
            "nobody has logged in yet: ferry accounts login " + user);
  }

  /** Whether a user is among those that are followed, or a ghost that has a device. */
  public boolean knows(UserId user) {
    return isOwn(user) || config.people().stream().anyMatch(a -> a.user().equals(user));
  }

  /** Whether Ferry speaks for a user by its own token: for the bot, and for ghosts. */
  public boolean isOwn(UserId user) {
    return user.equals(config.bot()) || kind(user) == Identity.Kind.GHOST;
  }

  private Identity.Kind kind(UserId user) {
    return new PgIdentities(ferry.database(), null)
        .find(user)
        .map(Identity::kind)
        .orElse(user.equals(config.bot()) ? Identity.Kind.BOT : Identity.Kind.ACCOUNT);
  }

  /**
   * What a login came to.
   *
   * @param device the device that the user is followed by
   * @param fresh false where it was logged in before, and that works
   */
  public record Outcome(DeviceId device, boolean fresh) {}

  /**
   * Logs a user in. A daemon that runs goes on with it by itself.
   *
   * @param user the bot, a ghost that has a device, or a configured account
   * @param password asked for the password where none is configured and one is needed
   * @param anew whether the user gets another device even where the one it had works
   * @return the device
   * @throws org.ferry.live.sync.Halted where the homeserver refuses
   */
  public Outcome login(UserId user, Supplier<Secret> password, boolean anew) {
    boolean own = isOwn(user);
    Secret asToken =
        own ? RegistrationFile.read(config.appservice().registration()).asToken() : null;
    try (HomeserverDoors doors =
        new HomeserverDoors(ferry.vertx(), config.homeserver(), asToken, ferry.clock(), null)) {
      PgIdentities identities = new PgIdentities(ferry.database(), ferry.keyring());
      DeviceLogin login = new DeviceLogin(doors, identities, ferry.clock());
      if (own) {
        return own(identities, login, user, anew);
      }
      return anew
          ? new Outcome(login.anew(complete(options(user), password)), true)
          : account(login, options(user), password);
    }
  }

  /**
   * The access token that Ferry has for a configured account: the one that is configured, or that
   * of its own device; empty for others, and before the account was logged in.
   */
  public Optional<Secret> token(UserId user) {
    return config.people().stream()
        .filter(a -> a.user().equals(user))
        .findFirst()
        .flatMap(a -> Optional.ofNullable(a.token()).map(Given::now).or(() -> kept(user)));
  }

  private Optional<Secret> kept(UserId user) {
    return new PgIdentities(ferry.database(), ferry.keyring()).find(user).map(Identity::token);
  }

  /** The recovery key that the configuration gives for an account; empty where it gives none. */
  public Optional<Secret> recoveryKey(UserId user) {
    return config.people().stream()
        .filter(a -> a.user().equals(user))
        .findFirst()
        .map(AccountOptions::recoveryKey);
  }

  /**
   * Looks at whether a user's device is signed by the user's own identity, and signs it where it is
   * not. A daemon may run meanwhile.
   *
   * @param user the bot, or a configured account
   * @param unlocking what opens the account's secret storage, used where that is needed
   * @param accept the public master key of the identity that a person says is the account's own,
   *     though it is another one than Ferry saw first; null where nobody says so, and for those
   *     whom Ferry speaks for by its own token
   * @return what it came to
   * @throws org.ferry.live.sync.Halted where the device does not work
   * @throws org.ferry.crypto.keys.KeyException where what was given does not open the storage
   */
  public DeviceVerification.Outcome verify(
      UserId user, DeviceVerification.Unlocking unlocking, @Nullable String accept) {
    boolean own = isOwn(user);
    Secret asToken =
        own ? RegistrationFile.read(config.appservice().registration()).asToken() : null;
    try (HomeserverDoors doors =
        new HomeserverDoors(ferry.vertx(), config.homeserver(), asToken, ferry.clock(), null)) {
      PgIdentities identities = new PgIdentities(ferry.database(), ferry.keyring());
      DeviceLogin login = new DeviceLogin(doors, identities, ferry.clock());
      Optional<Intent> intent = own ? login.actingOwn(user) : login.acting(options(user));
      return DeviceVerification.of(ferry, intent).verify(unlocking, accept);
    }
  }

  private Outcome own(PgIdentities identities, DeviceLogin login, UserId user, boolean anew) {
    Optional<DeviceId> before = identities.find(user).map(Identity::device);
    DeviceId device = login.renewOwn(user, kind(user), anew);
    return new Outcome(device, before.isEmpty() || !before.get().equals(device));
  }

  private static Outcome account(
      DeviceLogin login, AccountOptions options, Supplier<Secret> password) {
    Optional<DeviceId> working = login.working(options);
    if (working.isPresent()) {
      return new Outcome(working.get(), false);
    }
    return new Outcome(login.login(complete(options, password)), true);
  }

  /** With a password, unless a token speaks for the account, which needs none. */
  private static AccountOptions complete(AccountOptions options, Supplier<Secret> password) {
    return options.password() != null || options.token() != null
        ? options
        : new AccountOptions(
            options.user(),
            new Given(password.get(), null),
            null,
            options.recoveryKey(),
            options.invites(),
            options.rooms());
  }

  private AccountOptions options(UserId user) {
    return config.people().stream().filter(a -> a.user().equals(user)).findFirst().orElseThrow();
  }
}
