package org.ferry.lab;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import org.ferry.store.embedded.EmbeddedPostgres;

/** The database of a Synapse in the lab's PostgreSQL. */
final class SynapseDatabase {
  private static final String EXISTS = "SELECT 1 FROM pg_database WHERE datname = ?";

  private SynapseDatabase() {}

  static String name(String folder) {
    return "synapse_" + folder.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Makes it unless it is there; Synapse insists on the C locale. */
  static void make(EmbeddedPostgres postgres, String folder) {
    String name = name(folder);
    try (var connection = admin(postgres);
        var query = connection.prepareStatement(EXISTS)) {
      query.setString(1, name);
      try (var rows = query.executeQuery();
          var statement = connection.createStatement()) {
        if (!rows.next()) {
          statement.execute(
              "CREATE DATABASE "
                  + name
                  + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
          // Its data outlive a killed server all the same, only not a crash of the machine.
          statement.execute("ALTER DATABASE " + name + " SET synchronous_commit = off");
        }
      }
    } catch (SQLException e) {
      throw new LabException("The database of a Synapse cannot be made: " + e.getMessage(), e);
    }
  }

  /** Drops it if it is there, whoever is connected. */
  static void drop(EmbeddedPostgres postgres, String folder) {
    try (var connection = admin(postgres);
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + name(folder) + " WITH (FORCE)");
    } catch (SQLException e) {
      throw new LabException("The database of a Synapse cannot be dropped: " + e.getMessage(), e);
    }
  }

  private static Connection admin(EmbeddedPostgres postgres) throws SQLException {
    return DriverManager.getConnection(
        postgres.jdbcUrl("postgres"), postgres.user(), postgres.password().reveal());
  }
}
