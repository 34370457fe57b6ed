package org.ferry.testing;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.id.Secret;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The PostgreSQL that all test classes of a JVM share: a container where an engine runs, else
 * Ferry's embedded one under {@code target}. It ends with the JVM.
 */
public final class TestPostgres {
  private static final String IMAGE = "postgres:17-alpine";
  private static final Duration LEFTOVER = Duration.ofHours(3);

  private final String urlStart;
  private final String user;
  private final Secret password;
  private final AtomicInteger count = new AtomicInteger();

  /**
   * A database of one's own.
   *
   * @param jdbcUrl its URL, without user and password
   * @param host where the server listens
   * @param port its TCP port
   * @param database its name
   * @param user who owns it, a superuser
   * @param password that user's
   */
  public record Db(
      String jdbcUrl, String host, int port, String database, String user, Secret password) {
    /** As {@code database.url} names it, password and all. */
    public String url() {
      return "postgresql://%s:%s@%s:%d/%s".formatted(user, password.reveal(), host, port, database);
    }

    /** Opens a connection; the caller closes it. */
    public Connection connect() throws SQLException {
      return DriverManager.getConnection(jdbcUrl, user, password.reveal());
    }
  }

  private static final class Holder {
    static final TestPostgres SHARED = start();
  }

  private static final class Filled {
    static final Db DATABASE = withTables();
  }

  private TestPostgres(String urlStart, String user, Secret password) {
    this.urlStart = urlStart;
    this.user = user;
    this.password = password;
  }

  /** An empty database in the shared server. */
  public static Db freshDatabase() {
    return Holder.SHARED.create("template0 LC_COLLATE 'C' LC_CTYPE 'C'");
  }

  /**
   * A database in the shared server that has Ferry's tables, as empty as they are at first, and one
   * key for all.
   */
  public static Db ledger() {
    return Holder.SHARED.create(Filled.DATABASE.database());
  }

  /** Making the tables takes ten times as long as copying them. */
  private static Db withTables() {
    Db db = freshDatabase();
    Vertx vertx = Vertx.vertx();
    try (Database database = Database.open(vertx, DatabaseOptions.of(db.url(), 1), notice -> {})) {
      System.out.println("[tests] tables for copies: " + database.label());
    } finally {
      vertx.close().await();
    }
    return db;
  }

  // The one place where tests choose their PostgreSQL.
  private static TestPostgres start() {
    boolean engine = hasEngine();
    System.out.println(
        "[tests] PostgreSQL: " + (engine ? "container " + IMAGE : "embedded, no container engine"));
    return engine ? inContainer() : embedded();
  }

  private static boolean hasEngine() {
    try {
      return DockerClientFactory.instance().isDockerAvailable();
    } catch (NoClassDefFoundError e) {
      // reason: the scripts in bench run with Ferry's jar, which holds no libraries of tests.
      return false;
    }
  }

  private static TestPostgres inContainer() {
    var container = new PostgreSQLContainer(IMAGE);
    container.start();
    return new TestPostgres(
        "jdbc:postgresql://" + container.getHost() + ":" + container.getMappedPort(5432) + "/",
        container.getUsername(),
        Secret.of(container.getPassword()));
  }

  private static TestPostgres embedded() {
    // The data of one version are of no use to another.
    Path folder = Folders.own("test-postgres" + System.getProperty("ferry.postgres", ""));
    var hold = EmbeddedPostgres.open(folder, FerryCache.standard());
    Runtime.getRuntime().addShutdownHook(new Thread(hold::close));
    var postgres = new TestPostgres(hold.jdbcUrl(""), hold.user(), hold.password());
    postgres.dropLeftovers();
    return postgres;
  }

  private Db create(String template) {
    String name = "t_" + Instant.now().getEpochSecond() + "_" + count.incrementAndGet();
    try (var admin = admin();
        var statement = admin.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " TEMPLATE " + template);
    } catch (SQLException e) {
      throw new IllegalStateException("no database for the test", e);
    }
    var address = java.net.URI.create(urlStart.substring("jdbc:".length()));
    return new Db(urlStart + name, address.getHost(), address.getPort(), name, user, password);
  }

  private Connection admin() throws SQLException {
    return DriverManager.getConnection(urlStart + "postgres", user, password.reveal());
  }

  /** Databases of earlier runs that nobody uses any more. */
  private void dropLeftovers() {
    try (var admin = admin();
        var statement = admin.createStatement()) {
      List<String> old = new ArrayList<>();
      long limit = Instant.now().minus(LEFTOVER).getEpochSecond();
      try (var names =
          statement.executeQuery("SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'")) {
        while (names.next()) {
          String name = names.getString(1);
          if (Long.parseLong(name.split("_", -1)[1]) < limit) {
            old.add(name);
          }
        }
      }
      for (String name : old) {
        statement.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
      }
    } catch (SQLException e) {
      throw new IllegalStateException("leftovers of earlier runs could not be dropped", e);
    }
  }
}
