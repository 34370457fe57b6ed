package org.ferry.app;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.crypto.RoomKeys;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.Inbox;
import org.ferry.live.Leader;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.HomeserverOptions;
import org.ferry.matrix.client.Pace;
import org.ferry.matrix.client.Patience;
import org.ferry.matrix.client.ServerVersions;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.LoadProgress;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.SourceLedger;
import org.ferry.migrate.decrypt.Decryption;
import org.ferry.source.Leftovers;
import org.ferry.source.MediaStore;
import org.ferry.source.media.MediaStores;
import org.ferry.source.synapse.BackupReader;
import org.ferry.source.synapse.Surroundings;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.store.Database;
import org.ferry.store.PgCrossingLedger;
import org.ferry.store.PgInbox;
import org.ferry.store.PgMegolmIndexes;
import org.ferry.store.PgSourceLedger;
import org.ferry.store.crypto.PgKeyring;
import org.ferry.store.crypto.PgRoomKeys;
import org.ferry.store.live.PgLeader;
import org.ferry.store.sqlite.SqliteFile;
import org.jspecify.annotations.Nullable;

/**
 * A running Ferry: its parts are opened when they are first asked for and closed in reverse. Used
 * by one thread at a time; the parts themselves may be used by many.
 */
public final class Ferry implements AutoCloseable {
  private static final String HANDED_ON = "live";

  /** Long enough for a homeserver that is just being started. */
  private static final Duration FIRST_ANSWER = Duration.ofSeconds(20);

  private final Config config;
  private final Map<String, String> environment;
  private final Consumer<String> notice;
  private final Closing closing = new Closing();
  private @Nullable Vertx vertx;
  private @Nullable Database database;
  private @Nullable PgCrossingLedger crossings;
  private volatile @Nullable Homeserver homeserver;
  private @Nullable Admin admin;
  private @Nullable PgKeyring keyring;
  private @Nullable PgRoomKeys roomKeys;

  /**
   * A Ferry of which nothing is open yet.
   *
   * @param config the configuration
   * @param environment the environment, for the cache folder
   * @param notice told in one sentence when something is waited for, by any thread
   */
  public Ferry(Config config, Map<String, String> environment, Consumer<String> notice) {
    this.config = config;
    this.environment = environment;
    this.notice = notice;
  }

  /** The configuration. */
  public Config config() {
    return config;
  }

  /** What time it is. */
  public InstantSource clock() {
    return InstantSource.system();
  }

  /** The event loops. */
  public Vertx vertx() {
    if (vertx == null) {
      Vertx opened =
          Vertx.vertx(
              new VertxOptions()
                  .setPreferNativeTransport(false)
                  .setEventLoopPoolSize(2)
                  // No page is served from the jar; a killed run would leave the cache's folder.
                  .setFileSystemOptions(
                      new FileSystemOptions()
                          .setClassPathResolvingEnabled(false)
                          .setFileCachingEnabled(false)));
      vertx = closing.add(opened, v -> v.close().await());
    }
    return vertx;
  }

  /** The database, embedded or external; its schema is brought up to date. */
  public Database database() {
    if (database == null) {
      Vertx loops = vertx();
      database =
          closing.add(
              DatabasePart.open(loops, config, environment, closing, notice), Database::close);
    }
    return database;
  }

  /**
   * What keys in the database are protected with.
   *
   * @throws ConfigException where no pickle key is configured
   * @throws org.ferry.crypto.keys.KeyException where it is not the one of this database
   */
  public PgKeyring keyring() {
    if (keyring == null) {
      Config.Pickling pickling = config.encryption().pickling();
      if (pickling == null) {
        throw new ConfigException(config.file(), withoutPickleKey());
      }
      keyring = closing.add(PgKeyring.open(database(), pickling.key()), PgKeyring::close);
    }
    return keyring;
  }

  /** A new key would be the wrong one where the database has seen another. */
  private String withoutPickleKey() {
    return PgKeyring.isEmpty(database())
        ? "there is no pickle key, which protects keys in the database; ferry init writes one"
            + " into pickle.key. Else make one: (umask 077; openssl rand -base64 32 >"
            + " pickle.key), or set FERRY_PICKLE_KEY, and keep it: without it the keys are lost"
        : "there is no pickle key, but the database holds keys that one protects. Put it back"
            + " (encryption.pickle_key_file, or FERRY_PICKLE_KEY); without it they cannot be read"
            + " by anybody, and a new one does not open them. Nothing was changed.";
  }

  /** Whether keys are needed: they are configured, or the database holds some. */
  boolean hasKeys() {
    return config.encryption().pickling() != null || !PgKeyring.isEmpty(database());
  }

  /**
   * Keeps everybody from migrating and following while what the ledger holds is replaced or
   * dropped.
   *
   * @param command what others are told that is at work
   * @return to be closed when that is done
   * @throws org.ferry.migrate.AlreadyRunning where another Ferry is at work
   */
  public Alone alone(String command) {
    CrossingLedger.Claim claim = crossings().claim(command);
    boolean held = false;
    try {
      Leader.Term term = new PgLeader(database()).alone();
      held = true;
      return () -> {
        term.close();
        claim.close();
      };
    } finally {
      if (!held) {
        claim.close();
      }
    }
  }

  /** The time in which nobody else migrates or follows. */
  @FunctionalInterface
  public interface Alone extends AutoCloseable {
    /** Lets others go on. */
    @Override
    void close();
  }

  /** Saves the ledger and brings it back; the caller closes it. */
  public Safekeeping safekeeping() {
    return new Safekeeping(database().saving());
  }

  /** The ledger's source side. */
  public SourceLedger sources() {
    return new PgSourceLedger(database());
  }

  /** The ledger's crossing side. */
  public CrossingLedger crossings() {
    if (crossings == null) {
      crossings = closing.add(new PgCrossingLedger(database()), PgCrossingLedger::close);
    }
    return crossings;
  }

  /** The room keys that Ferry reads with. */
  public synchronized RoomKeys roomKeys() {
    if (roomKeys == null) {
      roomKeys =
          closing.add(new PgRoomKeys(database(), keyring(), PgRoomKeys.CACHED), PgRoomKeys::close);
    }
    return roomKeys;
  }

  /** The room keys, where there is a pickle key; without one none can have been given. */
  private Optional<RoomKeys> givenKeys() {
    return config.encryption().pickling() == null ? Optional.empty() : Optional.of(roomKeys());
  }

  /**
   * What opens the encrypted history of a source.
   *
   * @param source the source's key
   */
  public Decryption decryption(long source) {
    return new Decryption(new GivenKeys(this::givenKeys), new PgMegolmIndexes(database()), source);
  }

  /** When the homeserver sent something last, or empty where it never did. */
  public Optional<Instant> lastLiveEvent() {
    return new PgInbox(database()).newest(config.homeserver().domain()).map(Inbox.Newest::at);
  }

  /** The homeserver that people move to, spoken to as the application service. */
  public Homeserver homeserver() {
    Homeserver known = homeserver;
    if (known == null) {
      Registration registration = RegistrationFile.read(config.appservice().registration());
      HomeserverOptions options =
          HomeserverOptions.of(
              config.homeserver().address(), config.homeserver().domain(), registration.asToken());
      int fixed = config.replay().concurrency();
      Pace pace = fixed > 0 ? Pace.fixed(fixed, clock()) : Pace.adaptive(clock());
      greet(options);
      Homeserver opened = new Homeserver(vertx(), options, Patience.forMigration(), clock(), pace);
      opened.onWaiting(notice);
      known = closing.add(opened, Homeserver::close);
      homeserver = known;
    }
    return known;
  }

  /** True while what is done waits for a homeserver that is away, or stores nothing. */
  public boolean isHomeserverAwaited() {
    Homeserver opened = homeserver;
    return opened != null && opened.isAwaited();
  }

  /** A wrong address shows at once, and not after the patience that an outage deserves. */
  private void greet(HomeserverOptions options) {
    try (Homeserver first = new Homeserver(vertx(), options, Patience.of(FIRST_ANSWER), clock())) {
      first.onWaiting(notice);
      ServerVersions unused = first.versions();
    }
  }

  /**
   * An administrator of that homeserver, where the configuration gives a token; empty where not.
   */
  public Optional<Admin> admin() {
    Secret token = config.homeserver().adminToken();
    if (token != null && admin == null) {
      HomeserverOptions options =
          HomeserverOptions.of(config.homeserver().address(), config.homeserver().domain(), token);
      Homeserver opened =
          new Homeserver(vertx(), options, Patience.forMigration(), clock(), homeserver().pace());
      opened.onWaiting(notice);
      admin = new Admin(closing.add(opened, Homeserver::close));
    }
    return Optional.ofNullable(admin);
  }

  /**
   * Reads a dump into the ledger.
   *
   * @param source a path, or {@code -} for standard input
   * @param standardInput what {@code -} reads
   * @param withContent also texts of it that were forgotten
   * @param bytes told how far the reading of the file is
   * @param rows told how far the taking over is
   * @return the source as the ledger holds it now
   */
  public LoadedSource load(
      String source,
      InputStream standardInput,
      boolean withContent,
      org.ferry.source.synapse.LoadProgress bytes,
      Consumer<LoadProgress> rows) {
    try (SynapseDump dump =
        SynapseDump.load(source, standardInput, database().staging(), bytes, surroundings())) {
      Optional<LoadedSource> same =
          sources()
              .byServer(dump.info().server())
              .filter(s -> s.info().fingerprint().equals(dump.info().fingerprint()))
              .filter(s -> !withContent || sources().forgotten(s.id()) == 0);
      // The same bytes are the same load: a plan that was made from them stays good.
      return same.isPresent() ? same.get() : sources().load(dump, withContent, rows);
    }
  }

  /**
   * One person's key backup in a dump.
   *
   * @param source a path, or {@code -} for standard input
   * @param standardInput what {@code -} reads
   * @param user whose, as the dump has it
   * @param bytes told how far the reading of the file is
   */
  public KeyBackups.Place dumpBackup(
      String source,
      InputStream standardInput,
      UserId user,
      org.ferry.source.synapse.LoadProgress bytes) {
    return new DumpBackup(BackupReader.read(source, standardInput, user, bytes, surroundings()));
  }

  /**
   * One person's key backup on their homeserver.
   *
   * @param address where the server's client API answers
   * @param user whose
   * @param token an access token of that account
   */
  public KeyBackups.Place serverBackup(String address, UserId user, Secret token) {
    HomeserverOptions options = HomeserverOptions.of(address, user.server(), token);
    Homeserver opened =
        closing.add(
            Homeserver.personal(vertx(), options, Patience.of(FIRST_ANSWER), clock()),
            Homeserver::close);
    opened.onWaiting(notice);
    return new ServerBackup(opened.as(user), this::scratchFile);
  }

  /**
   * Opens a media store.
   *
   * @param path a folder or a tar, also compressed
   * @return the store; the caller closes it
   */
  public MediaStore media(Path path) {
    return MediaStores.open(path, scratch());
  }

  /** What reading a dump may use of this machine, the first time and again. */
  Surroundings surroundings() {
    return new Surroundings(scratch(), environment.getOrDefault("PATH", ""), SqliteFile::open);
  }

  /**
   * An empty file for what is handed on at once, often what others encrypted: those of a killed
   * process are swept. Where nothing can be written to the data folder, which a Ferry with an
   * external database can do without, it is the system's.
   */
  Path scratchFile() throws IOException {
    try {
      Path folder = Files.createDirectories(scratch());
      Leftovers.sweep(folder, HANDED_ON);
      return Files.createTempFile(folder, Leftovers.prefix(HANDED_ON), "");
    } catch (IOException e) {
      return Files.createTempFile("ferry-", "");
    }
  }

  private Path scratch() {
    return config.dataDir().resolve("scratch");
  }

  @Override
  public void close() {
    closing.close();
  }
}
