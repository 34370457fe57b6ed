package org.ferry.app;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.crypto.vodozemac.Vodozemac;
import org.ferry.id.UserId;
import org.ferry.live.events.Echo;
import org.ferry.live.message.Accounts;
import org.ferry.live.message.Networks;
import org.ferry.live.message.Ours;
import org.ferry.live.message.Telling;
import org.ferry.live.sending.Company;
import org.ferry.live.sending.Postbox;
import org.ferry.live.sending.Postman;
import org.ferry.live.sending.Sending;
import org.ferry.live.sync.Following;
import org.ferry.live.sync.Machines;
import org.ferry.store.Database;
import org.ferry.store.PgInbox;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.live.PgCarried;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgIdentities;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.PgNarration;
import org.ferry.store.live.PgRoomCards;
import org.ferry.store.sending.PgLetters;
import org.ferry.web.metrics.Metrics;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code run} follows, the bot's rooms and the configured accounts', and how it writes there.
 *
 * @param following begins when it is started
 * @param sending for everybody who writes live; sends while some process on this database follows
 * @param readers reads as those who are followed
 * @param doors the ways to homeservers
 */
record LivePart(Following following, Sending sending, Accounts readers, HomeserverDoors doors) {
  private static final Logger LOG = LoggerFactory.getLogger(LivePart.class);

  /** How long somebody who sends waits for the homeserver. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * Makes both; the following does not begin yet.
   *
   * @param ferry stays the caller's
   * @param closing what it needs is added to
   * @param registration null where Ferry is no application service
   * @param metrics told of what homeservers answer
   * @param channels by which other processes tell what is to be sent
   */
  static LivePart make(
      Ferry ferry,
      Closing closing,
      @Nullable Registration registration,
      Metrics metrics,
      PgChannels channels) {
    Config config = ferry.config();
    Database database = ferry.database();
    boolean keys = ferry.hasKeys() || !config.people().isEmpty();
    PgKeyring keyring = keys ? ferry.keyring() : null;
    HomeserverDoors doors =
        closing.add(doors(ferry, registration, metrics), HomeserverDoors::close);
    PgIdentities identities = new PgIdentities(database, keyring);
    PgLetters letters = new PgLetters(database);
    Postbox box = new Postbox(letters, ferry.clock(), PATIENCE);
    channels.onOthers(PgChannels.LETTERS, box.posted()::wake);
    Following.Ways ways =
        new Following.Ways(
            doors,
            keyring == null
                ? null
                : machines(ferry, closing, keyring, identities, registration, metrics));
    Postman postman =
        new Postman(
            letters,
            box,
            company(config, registration),
            ways,
            identities,
            new PgRoomCards(database),
            ferry.clock());
    PgMessages messages = new PgMessages(database);
    Accounts readers =
        new Accounts(
            registration == null ? null : config.bot(), config.people(), doors, identities);
    Telling telling =
        new Telling(
            new PgNarration(database),
            readers,
            ours(config, registration),
            new Networks(config.networks(), servers(config, registration)),
            ferry.clock());
    Following following =
        new Following(
            new Following.Keeping(
                new PgLeader(database),
                new PgInbox(database),
                new PgLiveEvents(database),
                new PgFollowedRooms(database),
                identities),
            ways,
            new Following.Rules(
                config.homeserver().domain(),
                echo(config, registration, database),
                registration == null ? null : config.botOptions(),
                config.people(),
                config.retention(),
                List.of(
                    postman,
                    telling,
                    new Telling.Sweeper(messages, config.retention(), ferry.clock()))),
            ferry.clock());
    return new LivePart(closing.add(following, Following::close), box, readers, doors);
  }

  private static HomeserverDoors doors(
      Ferry ferry, @Nullable Registration registration, Metrics metrics) {
    return new HomeserverDoors(
        ferry.vertx(),
        ferry.config().homeserver(),
        registration == null ? null : registration.asToken(),
        ferry.clock(),
        metrics);
  }

  private static Company company(Config config, @Nullable Registration registration) {
    return new Company(
        config.homeserver().domain(),
        registration == null ? null : config.bot(),
        config.people(),
        user -> !user.equals(config.bot()) && isOurs(config, registration, user));
  }

  private static Ours ours(Config config, @Nullable Registration registration) {
    Set<UserId> users = new HashSet<>();
    config.people().forEach(account -> users.add(account.user()));
    if (registration != null) {
      users.add(config.bot());
    }
    return Ours.of(
        users, user -> UserId.isValid(user) && isOurs(config, registration, new UserId(user)));
  }

  /** Where those are whom Ferry follows conversations as. */
  private static Set<String> servers(Config config, @Nullable Registration registration) {
    Set<String> servers = new HashSet<>();
    config.people().forEach(account -> servers.add(account.user().server()));
    if (registration != null) {
      servers.add(config.bot().server());
    }
    return servers;
  }

  private static Echo echo(Config config, @Nullable Registration registration, Database database) {
    Predicate<String> ferrys =
        user ->
            registration != null
                && UserId.isValid(user)
                && (config.bot().value().equals(user)
                    || isOurs(config, registration, new UserId(user)));
    return new Echo(config.homeserver().domain(), ferrys, new PgCarried(database));
  }

  /** Whether nobody but Ferry is behind a user. */
  private static boolean isOurs(Config config, @Nullable Registration registration, UserId user) {
    return registration != null
        && config.people().stream().noneMatch(p -> p.user().equals(user))
        && registration.users().stream().anyMatch(n -> n.exclusive() && n.holds(user.value()));
  }

  private static Machines machines(
      Ferry ferry,
      Closing closing,
      PgKeyring keyring,
      PgIdentities identities,
      @Nullable Registration registration,
      Metrics metrics) {
    String version = Vodozemac.require();
    LOG.info("event=encryption_tried vodozemac={}", version);
    Config config = ferry.config();
    if (config.encryption().transport().equals("appservice")) {
      LOG.warn(
          "event=transport_is_sync encryption.transport: appservice is not used: what a homeserver pushes of keys is lost after an error or an outage. Keys come by /sync; say auto");
    }
    Predicate<UserId> own =
        user -> config.encryption().selfSign() && isOurs(config, registration, user);
    DeviceMachines machines =
        closing.add(
            new DeviceMachines(ferry.database(), keyring, ferry.clock(), own, identities),
            DeviceMachines::close);
    metrics.incidentsOf(machines::incidents);
    return machines;
  }
}
