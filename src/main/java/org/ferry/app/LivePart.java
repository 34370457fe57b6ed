package org.ferry.app;

import java.util.Optional;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.id.UserId;
import org.ferry.live.sync.Following;
import org.ferry.live.sync.Machines;
import org.ferry.store.Database;
import org.ferry.store.PgInbox;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.live.PgFollowedRooms;
import org.ferry.store.live.PgIdentities;
import org.ferry.store.live.PgLeader;
import org.ferry.store.live.PgLiveEvents;
import org.jspecify.annotations.Nullable;

/** What {@code run} follows: the bot's rooms and the configured accounts'. */
final class LivePart {
  private LivePart() {}

  /**
   * Makes the following, which does not begin yet.
   *
   * @param ferry stays the caller's
   * @param closing what it needs is added to
   * @param registration null where Ferry is no application service
   */
  static Following make(Ferry ferry, Closing closing, @Nullable Registration registration) {
    Config config = ferry.config();
    Database database = ferry.database();
    boolean keys = config.encryption().pickling() != null || !config.people().isEmpty();
    PgKeyring keyring = keys ? ferry.keyring() : null;
    HomeserverDoors doors =
        closing.add(
            new HomeserverDoors(
                ferry.vertx(),
                config.homeserver(),
                registration == null ? null : registration.asToken(),
                ferry.clock()),
            HomeserverDoors::close);
    return new Following(
        new Following.Keeping(
            new PgLeader(database),
            new PgInbox(database),
            new PgLiveEvents(database),
            new PgFollowedRooms(database),
            new PgIdentities(database, keyring)),
        new Following.Ways(doors, keyring == null ? null : machines(ferry, closing, keyring)),
        new Following.Rules(
            config.homeserver().domain(),
            registration == null ? null : config.botOptions(),
            config.people(),
            config.retention()),
        ferry.clock());
  }

  private static Machines machines(Ferry ferry, Closing closing, PgKeyring keyring) {
    Config config = ferry.config();
    Optional<UserId> own =
        config.encryption().selfSign() ? Optional.of(config.bot()) : Optional.empty();
    return closing.add(
        new DeviceMachines(ferry.database(), keyring, ferry.clock(), own), DeviceMachines::close);
  }
}
