package org.ferry.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.ferry.migrate.LedgerException;
import org.flywaydb.core.Flyway;

/** Brings the schema {@code ferry} to this program's version; safe where several start at once. */
final class Schema {
  /** The version of the newest file under db/migration. */
  static final int VERSION = 33;

  private static final int OLDEST_SERVER = 14;
  private static final int NEWEST_SERVER = 18;

  private static final String LOCK = "select pg_advisory_lock(1180062318, 1)";
  private static final String UNLOCK = "select pg_advisory_unlock(1180062318, 1)";
  private static final String SERVER =
      """
      select current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on',
        to_regnamespace('ferry') is not null,
        case when to_regnamespace('ferry') is null
          then has_database_privilege(current_database(), 'CREATE')
          else has_schema_privilege('ferry', 'USAGE') and has_schema_privilege('ferry', 'CREATE') end,
        exists (select from pg_class
          where relname = 'schema_history' and relnamespace = to_regnamespace('ferry'))
      """;
  private static final String INSTALLED =
      "select coalesce(max(version::int), 0) from ferry.schema_history where success and version is"
          + " not null";

  private final DatabaseUrl url;
  private final DataSource source;

  Schema(DatabaseUrl url, DataSource source) {
    this.url = url;
    this.source = source;
  }

  /**
   * Checks the server and migrates.
   *
   * @throws LedgerException where the server or the schema cannot be used; one sentence says why
   */
  void bring() throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      if (checkServer(statement)) {
        return;
      }
      var unused = statement.execute(LOCK);
      try {
        if (!checkServer(statement)) {
          migrate(statement);
        }
      } finally {
        unused = statement.execute(UNLOCK);
      }
    }
  }

  /** True where the schema has this program's version already. */
  private boolean checkServer(Statement statement) throws SQLException {
    boolean history;
    try (ResultSet row = statement.executeQuery(SERVER)) {
      row.next();
      checkVersion(row.getInt(1));
      checkEncoding(row.getString(2));
      checkWritable(row.getBoolean(3));
      checkRights(row.getBoolean(4), row.getBoolean(5));
      history = row.getBoolean(6);
    }
    return history && installed(statement) == VERSION;
  }

  private int installed(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(INSTALLED)) {
      row.next();
      int version = row.getInt(1);
      if (version > VERSION) {
        throw new LedgerException(
            "the database %s was last used by a newer Ferry (schema version %d, this program knows %d). Use that version or a newer one; nothing was changed."
                .formatted(url.label(), version, VERSION));
      }
      return version;
    }
  }

  private void migrate(Statement statement) throws SQLException {
    var unused = statement.execute("create schema if not exists ferry");
    var done =
        Flyway.configure(Schema.class.getClassLoader())
            .dataSource(source)
            .schemas("ferry")
            .defaultSchema("ferry")
            .createSchemas(false)
            .table("schema_history")
            .baselineOnMigrate(true)
            .baselineVersion("0")
            .locations("classpath:db/migration")
            .load()
            .migrate();
    if (!done.success) {
      throw new LedgerException(
          "the tables in %s could not be brought to version %d".formatted(url.label(), VERSION));
    }
  }

  private void checkVersion(int major) {
    if (major < OLDEST_SERVER || major > NEWEST_SERVER) {
      throw new LedgerException(
          "%s is served by PostgreSQL %d; Ferry works with versions %d to %d. Point database.url at such a server, or leave it at \"embedded\"."
              .formatted(url.label(), major, OLDEST_SERVER, NEWEST_SERVER));
    }
  }

  private void checkEncoding(String encoding) {
    if (!encoding.equals("UTF8")) {
      throw new LedgerException(
          "the database %s has the encoding %s and cannot hold every text; create another one: CREATE DATABASE ferry ENCODING 'UTF8' TEMPLATE template0;"
              .formatted(url.label(), encoding));
    }
  }

  private void checkWritable(boolean readOnly) {
    if (readOnly) {
      throw new LedgerException(
          "the database %s takes no writes (a standby, or default_transaction_read_only is on). Point database.url at the primary server."
              .formatted(url.label()));
    }
  }

  private void checkRights(boolean exists, boolean allowed) {
    if (!allowed) {
      String user = url.user().replace("\"", "\"\"");
      String database = url.database().replace("\"", "\"\"");
      throw new LedgerException(
          "user \"%s\" lacks a right in %s. As its owner, run: %s"
              .formatted(
                  url.user(),
                  url.label(),
                  exists
                      ? "ALTER SCHEMA ferry OWNER TO \"%s\";".formatted(user)
                      : "GRANT CREATE ON DATABASE \"%s\" TO \"%s\";".formatted(database, user)));
    }
  }
}
