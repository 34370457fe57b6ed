package org.ferry.store.sqlite;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.SmallDatabase;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * An SQLite database through the xerial driver: opened for reading only, in one transaction, with
 * nothing of it executed: no extension is loaded, views and virtual tables are not read.
 */
public final class SqliteFile implements SmallDatabase {
  private static final String TABLE =
      """
      SELECT 1 FROM sqlite_master
      WHERE type = 'table' AND name = ? AND lower(sql) LIKE 'create table%'
      """;

  /** Ordinary columns only: a generated one would be computed. */
  private static final String COLUMNS =
      "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid";

  private static final int CACHE_KIB = 8 * 1024;

  private final Connection connection;
  private final String label;

  private SqliteFile(Connection connection, String label) {
    this.connection = connection;
    this.label = label;
  }

  /**
   * Opens a database.
   *
   * @param file the database
   * @param access what may happen to it meanwhile
   * @param label what to call it in messages
   * @return the database, which the caller closes
   * @throws SourceException where it is none, or is damaged
   */
  public static SmallDatabase open(Path file, Access access, String label) {
    SQLiteConfig config = new SQLiteConfig();
    config.setOpenMode(SQLiteOpenMode.OPEN_URI);
    config.setPragma(SQLiteConfig.Pragma.CACHE_SIZE, "-" + CACHE_KIB);
    config.enableLoadExtension(false);
    Properties settings = config.toProperties();
    String mode =
        switch (access) {
          case SHARED -> "?mode=ro";
          case STILL -> "?mode=ro&immutable=1";
          case OURS -> "?mode=rw";
        };
    try {
      Connection opened =
          JDBC.createConnection("jdbc:sqlite:" + file.toAbsolutePath().toUri() + mode, settings);
      SqliteFile database = new SqliteFile(opened, label);
      database.prepare();
      return database;
    } catch (SQLException e) {
      throw failed(label, e);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new SourceException(
          label
              + " is an SQLite database, and the library that reads it could not be loaded ("
              + e.getMessage()
              + "). Move the database to PostgreSQL with synapse_port_db and give Ferry a pg_dump.",
          e);
    }
  }

  private void prepare() throws SQLException {
    for (String setting : List.of("query_only = 1", "trusted_schema = 0", "mmap_size = 0")) {
      try (Statement statement = connection.createStatement()) {
        boolean unused = statement.execute("PRAGMA " + setting);
      }
    }
    connection.setAutoCommit(false);
  }

  @Override
  public List<String> columns(String table) {
    List<String> names = new ArrayList<>();
    try (PreparedStatement there = connection.prepareStatement(TABLE);
        PreparedStatement columns = connection.prepareStatement(COLUMNS)) {
      there.setString(1, table);
      try (ResultSet row = there.executeQuery()) {
        if (!row.next()) {
          return names;
        }
      }
      columns.setString(1, table);
      try (ResultSet rows = columns.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      return names;
    } catch (SQLException e) {
      throw failed(label, e);
    }
  }

  @Override
  public void read(String table, List<String> columns, int longest, Rows rows) {
    String values =
        columns.stream()
            .map(c -> "substr(" + quoted(c) + ", 1, " + (longest + 1) + ")")
            .collect(Collectors.joining(", "));
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT " + values + " FROM main." + quoted(table))) {
      byte[][] taken = new byte[columns.size()][];
      while (row.next()) {
        for (int i = 0; i < taken.length; i++) {
          taken[i] = row.getBytes(i + 1);
        }
        rows.row(taken);
      }
    } catch (SQLException e) {
      throw failed(label + ", table " + table, e);
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(label, e);
    }
  }

  private static SourceException failed(String label, SQLException e) {
    String said = String.valueOf(e.getMessage());
    String remedy =
        said.contains("LOCKED") || said.contains("BUSY")
            ? "Stop Synapse first, or make a copy: sqlite3 homeserver.db \".backup copy.db\""
            : "If it is damaged, try sqlite3 homeserver.db .recover, or take it from a backup.";
    return new SourceException(
        label + " cannot be read as an SQLite database (" + said + "). " + remedy, e);
  }
}
