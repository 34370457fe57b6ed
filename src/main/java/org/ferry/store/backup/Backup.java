package org.ferry.store.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Saves the tables of a ledger into a stream and brings them back: by COPY, so that no program of
 * PostgreSQL's is needed, and across its versions. Who claims the ledger, and which migrations it
 * has seen, belongs to a database and is in no backup.
 */
public final class Backup {
  private static final ObjectMapper JSON = new ObjectMapper();
  // What others point into comes first.
  private static final String TABLES =
      """
      select c.relname, pg_get_expr(c.relpartbound, c.oid),
        (select p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent
         where i.inhrelid = c.oid),
        (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
      from pg_class c
      where c.relnamespace = 'ferry'::regnamespace and c.relkind = 'r'
        and c.relname not in ('schema_history', 'claim', 'olm_session', 'olm_queue', 'megolm_outbound',
          'megolm_share', 'megolm_sent')
      order by c.relname <> 'source', c.relname <> 'crossing', c.relname <> 'data_key',
        c.relname <> 'olm_device', c.relname <> 'webhook_endpoint',
        c.relname <> 'webhook_lane', c.relname
      """;
  private static final String IDENTITIES =
      """
      select table_name, column_name from information_schema.columns
      where table_schema = 'ferry' and is_identity = 'YES' order by 1, 2
      """;

  /** More terms than a process can have had since any backup. */
  private static final long BEYOND = 1_000_000_000;

  private static final String NAME = "[a-z_][a-z0-9_]*";
  private static final String COLUMN = "\"?" + NAME + "\"?";
  private static final List<String> OF_THE_ROWS = List.of("22", "23", "42703", "42701");
  private static final String BOUND = "FOR VALUES IN \\('?\\d+'?\\)";

  private final Connection connection;
  private final int schema;

  /**
   * Backup over a connection, which is the caller's.
   *
   * @param connection to a migrated ledger
   * @param schema its schema version
   */
  public Backup(Connection connection, int schema) {
    this.connection = connection;
    this.schema = schema;
  }

  private record Table(
      String name, @Nullable String bound, @Nullable String parent, String columns) {
    String json() {
      ObjectNode json = JSON.createObjectNode().put("table", name).put("columns", columns);
      return (bound == null ? json : json.put("bound", bound).put("parent", parent)).toString();
    }
  }

  /**
   * Saves everything as it stands at one moment, whatever is written meanwhile.
   *
   * @param to where it goes; not closed
   * @param version of the program, for people
   * @param told the name of each table before it is saved
   * @return how many rows
   * @throws SQLException where the database fails
   * @throws IOException where it cannot be written
   */
  public long save(OutputStream to, String version, Consumer<String> told)
      throws SQLException, IOException {
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    String head =
        JSON.createObjectNode()
            .put("ferry", version)
            .put("schema", schema)
            .put("made", Instant.now().toString())
            .toString();
    BackupWriter writer = new BackupWriter(to, head);
    long rows = 0;
    for (Table table : tables()) {
      told.accept(table.name());
      try (OutputStream out = writer.table(table.json())) {
        rows +=
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(
                    "copy ferry.%s (%s) to stdout".formatted(table.name(), table.columns()), out);
      }
    }
    writer.end();
    connection.commit();
    return rows;
  }

  private List<Table> tables() throws SQLException {
    List<Table> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TABLES)) {
      while (row.next()) {
        tables.add(
            new Table(row.getString(1), row.getString(2), row.getString(3), row.getString(4)));
      }
    }
    return tables;
  }

  /** True where nothing was loaded or carried yet. */
  public boolean isEmpty() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select not exists (select from ferry.source) and not exists (select from"
                    + " ferry.inbox_transaction)")) {
      return row.next() && row.getBoolean(1);
    }
  }

  /**
   * Brings everything back, in one transaction: after a failure or a kill at any moment the ledger
   * holds what it held before. What was there is gone afterwards.
   *
   * @param from the backup; not closed
   * @param told the name of each table before it is filled
   * @return how many rows
   * @throws BackupException where the file is no backup, of a newer Ferry, damaged or cut off
   * @throws SQLException where the database fails
   */
  public long restore(InputStream from, Consumer<String> told) throws SQLException {
    try {
      BackupReader reader = new BackupReader(from);
      checkSchema(JSON.readTree(reader.head()));
      connection.setAutoCommit(false);
      long rows = fill(reader, told);
      connection.commit();
      return rows;
    } catch (IOException e) {
      connection.rollback();
      throw new BackupException(
          "the backup is damaged or was cut off (%s). Nothing was changed."
              .formatted(e instanceof EOFException ? "it ends in the middle" : e.getMessage()),
          e);
    } catch (SQLException e) {
      connection.rollback();
      if (!isOfTheRows(e)) {
        throw e;
      }
      throw new BackupException(
          "the backup is damaged (%s). Nothing was changed.".formatted(firstLine(e)), e);
    }
  }

  /**
   * A damaged file can still unpack, and its checksum comes last: what PostgreSQL says of values,
   * of rows that contradict each other and of names is then said of the file.
   */
  private static boolean isOfTheRows(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return OF_THE_ROWS.stream().anyMatch(state::startsWith);
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void checkSchema(JsonNode head) {
    int saved = head.path("schema").asInt(Integer.MAX_VALUE);
    if (saved > schema) {
      throw new BackupException(
          "this backup was made by Ferry %s with a newer ledger (version %d, this one knows %d); use that version or a newer one. Nothing was changed."
              .formatted(head.path("ferry").asText("?"), saved, schema));
    }
  }

  private long fill(BackupReader reader, Consumer<String> told) throws SQLException, IOException {
    Set<String> known = new HashSet<>();
    for (Table table : tables()) {
      if (table.parent() != null) {
        run("drop table ferry." + table.name());
      } else {
        known.add(table.name());
      }
    }
    // What is in no backup goes as well: it belongs to what was there.
    run("truncate ferry." + String.join(", ferry.", known) + " cascade");
    long rows = 0;
    for (Optional<String> next = reader.next(); next.isPresent(); next = reader.next()) {
      Table table = table(JSON.readTree(next.get()), known);
      told.accept(table.name());
      rows += copy(table, reader);
    }
    identities();
    restored();
    return rows;
  }

  /** The words of a file are not trusted with SQL. */
  private Table table(JsonNode json, Set<String> known) throws SQLException, IOException {
    String name = json.path("table").asText();
    String columns = json.path("columns").asText();
    if (!name.matches(NAME) || !columns.matches(COLUMN + "(, " + COLUMN + ")*")) {
      throw new IOException("a table named " + name);
    }
    Table table =
        new Table(name, json.path("bound").textValue(), json.path("parent").textValue(), columns);
    if (table.bound() != null && table.parent() != null) {
      if (!table.bound().matches(BOUND) || !table.parent().matches(NAME)) {
        throw new IOException("a part of " + table.parent());
      }
      run(
          "create table ferry.%s partition of ferry.%s %s"
              .formatted(name, table.parent(), table.bound()));
    } else if (!known.contains(name)) {
      throw new IOException("an unknown table " + name);
    }
    return table;
  }

  private long copy(Table table, BackupReader reader) throws SQLException, IOException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("copy ferry.%s (%s) from stdin".formatted(table.name(), table.columns()));
    try {
      for (Optional<byte[]> chunk = reader.chunk(); chunk.isPresent(); chunk = reader.chunk()) {
        copy.writeToCopy(chunk.get(), 0, chunk.get().length);
      }
      return copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private void identities() throws SQLException {
    List<String> settings = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(IDENTITIES)) {
      while (row.next()) {
        settings.add(
            "select setval(pg_get_serial_sequence('ferry.%1$s', '%2$s'), coalesce(max(%2$s), 1), max(%2$s) is not null) from ferry.%1$s"
                .formatted(row.getString(1), row.getString(2)));
      }
    }
    for (String setting : settings) {
      run(setting);
    }
  }

  /** What was sent since the backup is unknown to it: the next migrate has to look. */
  private void restored() throws SQLException {
    run("delete from ferry.crossing_note where name like 'looked:%'");
    run(
        "insert into ferry.crossing_note (crossing, name, json) select id, 'restored', '{}' from"
            + " ferry.crossing on conflict do nothing");
    // Those that were begun after the backup, and are in it as little as their rooms, look too.
    run("insert into ferry.memo (name, json) values ('restored', '{}') on conflict do nothing");
    // A message that waited then may be long in its room: it is looked for before it is sent.
    run(
        "update ferry.outgoing set tried_at = coalesce(tried_at, posted_at), device = null"
            + " where state = 'waiting'");
    // A process that sleeps through all this must find that its terms are over.
    for (String table : List.of("live_leader", "olm_device", "webhook_lane")) {
      run("update ferry.%s set epoch = epoch + %d".formatted(table, BEYOND));
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      var unused = statement.execute(sql);
    }
  }
}
