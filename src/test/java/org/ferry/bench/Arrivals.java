package org.ferry.bench;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import org.ferry.lab.SynapseServer;
import org.ferry.store.embedded.EmbeddedPostgres;

/**
 * What arrived at the destination, by its own clock: Synapse notes of each event when it took it.
 * The same yardstick serves everybody who sends.
 */
final class Arrivals {
  private static final String SQL =
      """
      with sent as (select type, received_ts from events where received_ts between ? and ?),
      said as (
        select count(*) as n, min(received_ts) as first, max(received_ts) as last
        from sent where type = 'm.room.message')
      select n, coalesce(first, 0), coalesce(last, 0),
        (select count(*) from sent where type <> 'm.room.message'
          and received_ts between first and last)
      from said
      """;

  private final EmbeddedPostgres postgres;
  private final SynapseServer server;

  Arrivals(EmbeddedPostgres postgres, SynapseServer server) {
    this.postgres = postgres;
    this.server = server;
  }

  /**
   * The messages that arrived in a time.
   *
   * @param messages how many
   * @param seconds from the first to the last
   * @param others events of other types in between, such as joins
   */
  record Seen(long messages, double seconds, long others) {
    double rate() {
      return seconds <= 0 ? 0 : messages / seconds;
    }

    double rateOfAll() {
      return seconds <= 0 ? 0 : (messages + others) / seconds;
    }
  }

  Seen between(Instant from, Instant to) throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                server.jdbcUrl(), postgres.user(), postgres.password().reveal());
        var query = connection.prepareStatement(SQL)) {
      query.setLong(1, from.toEpochMilli());
      query.setLong(2, to.toEpochMilli());
      try (var row = query.executeQuery()) {
        boolean unused = row.next();
        return new Seen(row.getLong(1), (row.getLong(3) - row.getLong(2)) / 1e3, row.getLong(4));
      }
    }
  }

  String postgresVersion() throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                server.jdbcUrl(), postgres.user(), postgres.password().reveal());
        var statement = connection.createStatement();
        var row = statement.executeQuery("show server_version")) {
      boolean unused = row.next();
      return row.getString(1);
    }
  }
}
