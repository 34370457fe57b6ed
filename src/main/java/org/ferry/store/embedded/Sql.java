package org.ferry.store.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.ferry.id.Secret;

/** The few statements that a fresh server needs. */
final class Sql {
  static final String DATABASE = "ferry";

  private static final String EXISTS =
      "SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'";
  private static final String CREATE = "CREATE DATABASE " + DATABASE;
  private static final String CANNOT_CONNECT_NOW = "57P03";
  private static final String CONNECTION_CLASS = "08";

  private Sql() {}

  static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  static void makeDatabase(int port, Secret password) throws SQLException {
    try (Connection connection = connect(port, password);
        var statement = connection.createStatement();
        var found = statement.executeQuery(EXISTS)) {
      if (!found.next()) {
        var unused = statement.executeUpdate(CREATE);
      }
    }
  }

  private static Connection connect(int port, Secret password) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", Cluster.USER);
    properties.setProperty("password", password.reveal());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    properties.setProperty("sslmode", "disable");
    properties.setProperty("ApplicationName", "ferry-start");
    return DriverManager.getConnection(url(port, "postgres"), properties);
  }

  /** Whether the server is still coming up: not yet listening, or recovering. */
  static boolean isStarting(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.equals(CANNOT_CONNECT_NOW) || state.startsWith(CONNECTION_CLASS);
  }
}
