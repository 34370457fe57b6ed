package org.ferry.store;

import io.vertx.sqlclient.Row;

/**
 * How a database's server is set up.
 *
 * @param version such as {@code 17.6}
 * @param encoding of the database
 * @param fsync {@code on} or {@code off}
 * @param synchronousCommit {@code on}, {@code off}, {@code local}, …
 * @param connections how many the server lets in
 * @param schema the version of Ferry's tables
 */
public record Setup(
    String version,
    String encoding,
    String fsync,
    String synchronousCommit,
    int connections,
    int schema) {
  private static final String READ =
      """
      select current_setting('server_version'), current_setting('server_encoding'),
        current_setting('fsync'), current_setting('synchronous_commit'),
        current_setting('max_connections')::int
      """;

  /** Reads it. */
  public static Setup of(Database database) {
    Row row = database.run(READ).iterator().next();
    return new Setup(
        row.getString(0).split(" ", 2)[0],
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getInteger(4),
        Schema.VERSION);
  }
}
