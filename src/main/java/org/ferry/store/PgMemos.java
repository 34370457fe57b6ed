package org.ferry.store;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.Optional;

/** What Ferry remembers between runs that belongs to no source and no crossing. */
public final class PgMemos {
  private static final String FIND = "select json from ferry.memo where name = $1";
  private static final String KEEP =
      """
      insert into ferry.memo (name, json) values ($1, $2)
      on conflict (name) do update set json = excluded.json, at = now()
      """;

  private final Database database;

  /**
   * Memos in a database.
   *
   * @param database stays the caller's
   */
  public PgMemos(Database database) {
    this.database = database;
  }

  /** What was kept under a name, or empty. */
  public Optional<String> find(String name) {
    RowSet<Row> rows = database.run(FIND, name);
    return rows.size() == 0 ? Optional.empty() : Optional.of(rows.iterator().next().getString(0));
  }

  /** Keeps a text under a name, in the place of what was there. */
  public void keep(String name, String json) {
    RowSet<Row> unused = database.run(KEEP, name, json);
  }
}
