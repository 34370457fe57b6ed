package org.ferry.store.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.id.Secret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One user's hold on the embedded PostgreSQL of a data folder. The first hold starts the server,
 * the last one closed stops it, across threads and processes; a process that is killed counts as
 * having closed. All methods may be called from any thread.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  /** The major version of the programs that Ferry carries. */
  static final String MAJOR = "17";

  private static final Logger logger = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final Duration LOCK_LIMIT = Duration.ofMinutes(5);

  // reason: a file lock belongs to the JVM and not to an object, so the holds of one JVM must know
  // of each other, whoever opens them.
  private static final ReentrantLock GUARD = new ReentrantLock();
  private static final Map<Path, Use> USES = new HashMap<>();

  private final Use use;
  private final int port;
  private final Secret password;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedPostgres(Use use, int port, Secret password) {
    this.use = use;
    this.port = port;
    this.password = password;
  }

  /** What this JVM holds of one folder. */
  private static final class Use {
    final Path home;
    final Server server;
    final Cluster cluster;
    final ProcessLock users;
    int holds;

    Use(Path home, Server server, Cluster cluster, ProcessLock users) {
      this.home = home;
      this.server = server;
      this.cluster = cluster;
      this.users = users;
    }
  }

  /**
   * Takes a hold, and starts the server unless it runs. Blocks for about a second on first use of a
   * folder, for some milliseconds later.
   *
   * @param dataDir Ferry's data folder, made where missing; the server lives in {@code postgres}
   *     below it
   * @param cacheDir Ferry's cache folder, such as {@link FerryCache#standard()}
   * @return the hold, to be closed
   * @throws EmbeddedPostgresException where it cannot run, with the remedy
   */
  public static EmbeddedPostgres open(Path dataDir, Path cacheDir) {
    Path home = Folders.makePrivate(dataDir.resolve("postgres"));
    GUARD.lock();
    try {
      Path binaries = PostgresBinaries.unpack(cacheDir);
      return ProcessLock.whileAlone(
          home.resolve("start.lock"), LOCK_LIMIT, () -> hold(home, new Command(binaries, home)));
    } finally {
      GUARD.unlock();
    }
  }

  /**
   * Removes the server of a data folder with all it holds.
   *
   * @param dataDir Ferry's data folder
   * @throws EmbeddedPostgresException where another process uses it; nothing is removed then
   */
  public static void remove(Path dataDir) {
    Path home = dataDir.resolve("postgres");
    if (!Files.isDirectory(home)) {
      return;
    }
    GUARD.lock();
    try {
      Path real = Folders.makePrivate(home);
      // A second channel to its lock would, when it is closed, give back the first one's.
      if (USES.containsKey(real)) {
        throw used(home);
      }
      boolean unused =
          ProcessLock.whileAlone(real.resolve("start.lock"), LOCK_LIMIT, () -> removed(real));
    } finally {
      GUARD.unlock();
    }
  }

  /** Under the start lock: somebody who starts it turns the other lock round for a moment. */
  private static boolean removed(Path home) {
    try (ProcessLock users = ProcessLock.on(home.resolve("users.lock"))) {
      if (!users.tryShared() || !users.tryAlone()) {
        throw used(home);
      }
      Folders.deleteTree(home);
      return true;
    }
  }

  private static EmbeddedPostgresException used(Path home) {
    return new EmbeddedPostgresException(
        "Another program uses %s; it is empty now, and its files stay.".formatted(home));
  }

  private static EmbeddedPostgres hold(Path home, Command command) {
    Use known = USES.get(home);
    Use use = known == null ? join(home, command) : known;
    try {
      use.cluster.prepare(command, MAJOR);
      int port = use.server.ensureRunning(use.users::tryAlone);
      var hold = new EmbeddedPostgres(use, port, use.cluster.password());
      use.holds++;
      USES.put(home, use);
      return hold;
    } finally {
      if (use.holds == 0) {
        abandon(use);
      }
    }
  }

  /** What was begun for nobody ends, also on a thread that was interrupted. */
  private static void abandon(Use use) {
    boolean interrupted = Thread.interrupted();
    try {
      if (use.users.tryAlone()) {
        use.server.stop();
      }
    } catch (EmbeddedPostgresException e) {
      // Why it could not be opened says more.
      logger.debug("stopping what was begun", e);
    } finally {
      use.users.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Use join(Path home, Command command) {
    var users = ProcessLock.on(home.resolve("users.lock"));
    if (!users.tryShared()) {
      users.close();
      throw new EmbeddedPostgresException(
          "Another program holds %s. End it and run the command again."
              .formatted(home.resolve("users.lock")));
    }
    var cluster = new Cluster(home);
    return new Use(home, new Server(home, cluster, command), cluster, users);
  }

  /**
   * Starts the server again where it has ended without being asked to, such as by a kill or by the
   * system's lack of memory. Blocks while it starts and recovers; what was committed is there.
   *
   * @return true where it had ended and runs again, false where it runs as before
   * @throws EmbeddedPostgresException where it does not start, with the remedy
   */
  public boolean revive() {
    GUARD.lock();
    try {
      if (closed.get() || use.server.isRunning()) {
        return false;
      }
      return ProcessLock.whileAlone(use.home.resolve("start.lock"), LOCK_LIMIT, this::startAgain);
    } finally {
      GUARD.unlock();
    }
  }

  private boolean startAgain() {
    boolean ended = !use.server.isRunning();
    int now = use.server.ensureRunning(use.users::tryAlone);
    if (now != port) {
      throw new EmbeddedPostgresException(
          "Ferry's embedded PostgreSQL in %s had ended, and another program has taken its port %d since; run the same command again."
              .formatted(use.home, port));
    }
    return ended;
  }

  /** The JDBC URL of Ferry's database, without user and password. */
  public String jdbcUrl() {
    return jdbcUrl(database());
  }

  /**
   * The JDBC URL of another database of this server.
   *
   * @param database its name; {@code postgres} is always there
   * @return the URL, without user and password
   */
  public String jdbcUrl(String database) {
    return Sql.url(port, database);
  }

  /** The address the server listens on: loopback. */
  public String host() {
    return "127.0.0.1";
  }

  /** The server's TCP port. */
  public int port() {
    return port;
  }

  /** Ferry's user, who owns the server. */
  public String user() {
    return Cluster.USER;
  }

  /** The name of Ferry's database. */
  public String database() {
    return Sql.DATABASE;
  }

  /** The password of {@link #user()}. */
  public Secret password() {
    return password;
  }

  /**
   * Gives the hold back; the last one stops the server. Closing twice is harmless. It is done whole
   * on an interrupted thread too, as after Ctrl-C.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    GUARD.lock();
    try {
      use.holds--;
      if (use.holds == 0) {
        USES.remove(use.home);
        leave();
      }
    } finally {
      GUARD.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void leave() {
    try {
      boolean last =
          ProcessLock.whileAlone(
              use.home.resolve("start.lock"),
              LOCK_LIMIT,
              () -> {
                boolean alone = use.users.tryAlone();
                if (alone) {
                  use.server.stop();
                }
                return alone;
              });
      logger.debug("left {}, as the last one: {}", use.home, last);
    } finally {
      use.users.close();
    }
  }
}
