package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * How a database's server is set up.
 *
 * @param version such as {@code 17.6}
 * @param encoding of the database
 * @param fsync {@code on} or {@code off}
 * @param synchronousCommit {@code on}, {@code off}, {@code local}, …
 * @param connections how many the server lets this user have: none of those that it keeps for
 *     others, and no more than the user's or the database's own limit
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
        least(
          current_setting('max_connections')::int - case when r.rolsuper then 0
            else current_setting('superuser_reserved_connections')::int
              + coalesce(current_setting('reserved_connections', true), '0')::int end,
          case when not r.rolsuper then nullif(r.rolconnlimit, -1) end,
          case when not r.rolsuper then nullif(d.datconnlimit, -1) end)
      from pg_roles r, pg_database d
      where r.rolname = current_user and d.datname = current_database()
      """;

  /** What is said of a server that may forget what it has committed; empty where it does not. */
  public List<String> forgetful() {
    List<String> said = new ArrayList<>();
    if (!fsync.equals("on")) {
      said.add(
          "fsync is off: after a crash of its machine the database may be broken; ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();");
    }
    if (synchronousCommit.equals("off")) {
      said.add(
          "synchronous_commit is off: when the database's server crashes, messages that the homeserver was told are kept may be lost; ALTER ROLE CURRENT_USER SET synchronous_commit = on; and start Ferry again");
    }
    return said;
  }

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
