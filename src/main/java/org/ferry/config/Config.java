package org.ferry.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.message.NetworkOptions;
import org.ferry.migrate.MigrateOptions;
import org.ferry.web.api.ApiOptions;
import org.ferry.webhook.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * A configuration without a mistake in it. All paths are absolute.
 *
 * @param file what was read, for messages
 * @param folder what relative paths in it are relative to
 * @param homeserver the server that people move to
 * @param appservice Ferry as its application service
 * @param database where Ferry keeps what it knows
 * @param dataDir the folder for what Ferry keeps in files
 * @param language {@code en} or {@code fr}
 * @param space the destination Space, alias or id; null where none is configured
 * @param createSpace make it where it does not exist
 * @param identities who speaks for the people of the old server
 * @param rooms what is done with which rooms
 * @param replay how history is written
 * @param sources sources by name
 * @param accounts the Matrix accounts whose conversations are followed
 * @param networks networks that conversations are bridged to, beyond the known ones
 * @param encryption end-to-end encryption
 * @param webhooks where live messages are delivered
 * @param retention how long the text of live messages is kept
 * @param deliveries how long deliveries are kept after they were taken or given up
 * @param later the sections whose parts are not built yet
 * @param api where the API, health and metrics listen
 * @param access who may call the API
 * @param logging the log
 * @param warnings what is allowed but unwise
 */
public record Config(
    String file,
    Path folder,
    Homeserver homeserver,
    Appservice appservice,
    Database database,
    Path dataDir,
    String language,
    @Nullable String space,
    boolean createSpace,
    Identities identities,
    MigrateOptions.Rooms rooms,
    MigrateOptions.Replay replay,
    Map<String, Source> sources,
    List<AccountOptions> accounts,
    List<NetworkOptions> networks,
    Encryption encryption,
    List<Endpoint> webhooks,
    Duration retention,
    Duration deliveries,
    Later later,
    Listen api,
    ApiOptions access,
    Logging logging,
    List<Problem> warnings) {

  /**
   * The options of a migration.
   *
   * @param destination the Space, from the command line or {@link #space}
   */
  public MigrateOptions migrateOptions(String destination) {
    return new MigrateOptions(
        destination,
        createSpace,
        bot(),
        language,
        new MigrateOptions.Identities(
            identities.mode(),
            homeserver.adminToken() != null,
            identities.usernameTemplate(),
            identities.displaynameTemplate(),
            identities.mapFile(),
            identities.overrides()),
        rooms,
        replay);
  }

  /**
   * What the bot follows and whose invitations it accepts: as its entry among the accounts says,
   * else every room that it is in, and people of its own homeserver.
   */
  public AccountOptions botOptions() {
    return accounts.stream()
        .filter(a -> a.user().equals(bot()))
        .findFirst()
        .orElseGet(() -> AccountOptions.ofBot(bot()));
  }

  /** The accounts besides the bot. */
  public List<AccountOptions> people() {
    return accounts.stream().filter(a -> !a.user().equals(bot())).toList();
  }

  /** Whether nothing is carried: there are accounts to follow, and no Space. */
  public boolean onlyFollows() {
    return space == null && !people().isEmpty();
  }

  /** The user id of Ferry's bot. */
  public UserId bot() {
    return UserId.of(appservice.bot(), homeserver.domain());
  }

  /**
   * The server that people move to.
   *
   * @param address {@code http(s)://host[:port][/prefix]}, without trailing slash
   * @param domain its server name
   * @param adminToken an administrator's access token, null where none is given
   */
  public record Homeserver(String address, String domain, @Nullable Secret adminToken) {}

  /**
   * Ferry as an application service.
   *
   * @param id its name in the registration
   * @param address where the homeserver reaches it
   * @param listen where it listens
   * @param registration the registration file, which need not exist
   * @param bot the localpart of Ferry's own user
   */
  public record Appservice(
      String id, String address, Listen listen, Path registration, String bot) {}

  /**
   * Where to listen.
   *
   * @param host a name or address
   * @param port 0 to 65535; 0 takes a free one
   */
  public record Listen(String host, int port) {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Ferry's database.
   *
   * @param url a {@code postgresql://} URL, which may hold a password; null for the embedded one
   * @param poolSize connections held open at most
   */
  public record Database(@Nullable Secret url, int poolSize) {}

  /**
   * Who speaks for the people of the old server.
   *
   * @param mode {@code ghost} or {@code account}
   * @param usernameTemplate localpart of a ghost
   * @param displaynameTemplate name of a ghost
   * @param mapFile the CSV that was read; null where none
   * @param listed old ids with the accounts that a person named for them, from the file and the
   *     configuration
   * @param overrides of these, what stands in the configuration itself
   */
  public record Identities(
      String mode,
      String usernameTemplate,
      String displaynameTemplate,
      @Nullable Path mapFile,
      Map<UserId, UserId> listed,
      Map<UserId, UserId> overrides) {}

  /**
   * A source that commands know by name.
   *
   * @param type {@code synapse-dump} or {@code synapse}
   * @param path the dump; null for a live server
   * @param media the media_store, null where none is named
   */
  public record Source(String type, @Nullable Path path, @Nullable Path media) {}

  /**
   * End-to-end encryption.
   *
   * @param transport {@code auto}, {@code sync} or {@code appservice}
   * @param pickling the pickle key, null where there is none
   * @param selfSign whether Ferry signs its devices with the bot's own identity
   */
  public record Encryption(String transport, @Nullable Pickling pickling, boolean selfSign) {}

  /**
   * What protects keys in the database.
   *
   * @param key the pickle key
   * @param file where it stands, null where the configuration or the environment holds it
   */
  public record Pickling(PickleKey key, @Nullable Path file) {}

  /**
   * What is configured for parts that are not built yet.
   *
   * @param roomsVia {@code copy} or {@code federation}
   */
  public record Later(String roomsVia) {}

  /**
   * The log.
   *
   * @param level error, warn, info, debug or trace
   * @param format text or json
   */
  public record Logging(String level, String format) {}
}
