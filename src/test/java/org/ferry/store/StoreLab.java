package org.ferry.store;

import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ferry.testing.TestPostgres;

/** A fresh database for one test, opened as Ferry opens it. */
public final class StoreLab implements AutoCloseable {
  final TestPostgres.Db db;
  final List<String> notices = new CopyOnWriteArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  final Database database;
  final PgSourceLedger sources;
  final PgCrossingLedger crossings;

  /** In a copy of a database that has Ferry's tables. */
  public StoreLab() {
    this(TestPostgres.ledger());
  }

  private StoreLab(TestPostgres.Db db) {
    this.db = db;
    database = open(Duration.ofSeconds(30));
    sources = new PgSourceLedger(database);
    crossings = new PgCrossingLedger(database);
  }

  /** In a database of which Ferry makes the tables now: copies share the keys drawn with them. */
  public static StoreLab fromNothing() {
    return new StoreLab(TestPostgres.freshDatabase());
  }

  /** The same database for those who write to it by hand. */
  public TestPostgres.Db db() {
    return db;
  }

  /** The database, opened. */
  public Database database() {
    return database;
  }

  /** Another pool on the same database, as another process has it. */
  Database open(Duration patience) {
    return Database.open(vertx, options(patience), notices::add);
  }

  /** Another pool on the same database, of so many connections. */
  public Database open(int connections) {
    DatabaseOptions usual = options(Duration.ofSeconds(5));
    return Database.open(
        vertx, new DatabaseOptions(usual.url(), connections, usual.patience()), notices::add);
  }

  DatabaseOptions options(Duration patience) {
    DatabaseUrl url =
        new DatabaseUrl(
            db.host(), db.port(), db.database(), db.user(), db.password(), TlsMode.PREFER, null);
    return new DatabaseOptions(url, 8, patience);
  }

  /** Cuts every connection to the database but the one that does it; says how many. */
  int cutConnections() {
    try (Connection admin = db.connect();
        var row =
            admin
                .createStatement()
                .executeQuery(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                        + " where datname = current_database() and pid <> pg_backend_pid()")) {
      return row.next() ? row.getInt(1) : 0;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The one text that a statement gives; the empty one where it gives no row. */
  public String text(String sql) {
    try (Connection connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The one number that a statement gives. */
  public long number(String sql) {
    try (Connection connection = db.connect();
        var row = connection.createStatement().executeQuery(sql)) {
      return row.next() ? row.getLong(1) : 0;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    crossings.close();
    database.close();
    vertx.close().await();
  }
}
