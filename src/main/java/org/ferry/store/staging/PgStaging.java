package org.ferry.store.staging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.ferry.migrate.LedgerException;
import org.ferry.source.synapse.StagedRow;
import org.ferry.source.synapse.StagedView;
import org.ferry.source.synapse.Staging;
import org.ferry.source.synapse.SynapseTable;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * A staging in temporary tables of one connection of its own: nothing is logged, nobody else sees
 * them, and PostgreSQL itself drops them when the connection ends, however it ends.
 *
 * <p>pgjdbc blocks: call it on a worker thread, never on an event loop.
 */
public final class PgStaging implements Staging {
  /** Rows a window: few enough that even the largest events fit a small heap. */
  private static final int WINDOW = 128;

  private final Connection connection;
  private final Set<SynapseTable> written = EnumSet.noneOf(SynapseTable.class);

  private PgStaging(Connection connection) {
    this.connection = connection;
  }

  /**
   * Makes an empty staging.
   *
   * @param connection a pgjdbc connection that nobody else uses; the staging closes it
   * @return the staging
   * @throws LedgerException where the database refuses temporary tables
   */
  public static PgStaging on(Connection connection) {
    PgStaging staging = new PgStaging(connection);
    try {
      connection.setAutoCommit(true);
      staging.run(StagingSql.SESSION);
      for (SynapseTable table : SynapseTable.values()) {
        staging.run(StagingSql.create(table));
      }
      staging.run(StagingSql.PLAIN_CONTENT);
      return staging;
    } catch (SQLException e) {
      staging.close();
      throw failed("prepared", e);
    }
  }

  @Override
  public RowWriter write(SynapseTable table, List<String> columns) {
    written.add(table);
    String copy =
        "COPY "
            + StagingSql.table(table)
            + " ("
            + String.join(", ", checked(table, columns))
            + ") FROM STDIN";
    try {
      return new Writer(connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copy), table);
    } catch (SQLException e) {
      throw failed("opened for " + table.dumpName(), e);
    }
  }

  /** The columns' names, once each is known to be one of the table's: they become SQL. */
  private static List<String> checked(SynapseTable table, List<String> columns) {
    List<String> known = table.staged().stream().map(c -> c.name()).toList();
    if (!known.containsAll(columns)) {
      throw new IllegalArgumentException(table + " has no such columns: " + columns);
    }
    return columns;
  }

  @Override
  public void clear() {
    try {
      run(StagingSql.clear());
      written.clear();
    } catch (SQLException e) {
      throw failed("emptied", e);
    }
  }

  @Override
  public List<String> seal() {
    List<String> repeated = new ArrayList<>();
    try {
      for (SynapseTable table : written) {
        String key = StagingSql.KEYS.get(table);
        int dropped = key == null ? 0 : update(StagingSql.dropRepeated(table, key));
        if (dropped > 0) {
          repeated.add(table.dumpName() + ": " + dropped);
        }
        run("ANALYZE " + StagingSql.table(table));
      }
      run(StagingSql.LEFT_OUT);
      run(StagingSql.COMPLETE_ROOMS);
      run(StagingSql.REDACTED);
      run(StagingSql.PRIOR);
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      throw failed("completed", e);
    }
    return repeated;
  }

  @Override
  public Stream<StagedRow> read(StagedView view) {
    try {
      Statement statement = connection.createStatement();
      statement.setFetchSize(WINDOW);
      ResultSet rows = statement.executeQuery(StagingSql.query(view));
      return StreamSupport.stream(new Rows(rows, view), false).onClose(() -> end(statement));
    } catch (SQLException e) {
      throw failed("read (" + view + ")", e);
    }
  }

  private void end(Statement statement) {
    try {
      statement.close();
      connection.commit();
    } catch (SQLException e) {
      throw failed("read to the end", e);
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int update(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Its tables end with the connection, and why it broke has been said.
      System.getLogger(PgStaging.class.getName())
          .log(System.Logger.Level.DEBUG, "closing the staging", e);
    }
  }

  private static LedgerException failed(String what, Exception e) {
    return new LedgerException(
        "The staging tables in Ferry's database could not be "
            + what
            + ": "
            + said(e)
            + ". See that the database runs, has space on its disk, and lets Ferry's role create"
            + " temporary tables; then run the same command again. Nothing of this load was kept.",
        e);
  }

  /** What the server said, without its hints and places. */
  private static String said(Exception e) {
    ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
    String message = server == null ? e.getMessage() : server.getMessage();
    return String.valueOf(message).replaceAll("\\.$", "");
  }

  /** One COPY into one table. */
  private static final class Writer implements RowWriter {
    private final CopyIn copy;
    private final SynapseTable table;

    Writer(CopyIn copy, SynapseTable table) {
      this.copy = copy;
      this.table = table;
    }

    @Override
    public void rows(byte[] bytes, int offset, int length) {
      try {
        copy.writeToCopy(bytes, offset, length);
      } catch (SQLException e) {
        throw failed("written (" + table.dumpName() + ")", e);
      }
    }

    @Override
    public void close() {
      try {
        if (copy.isActive()) {
          copy.endCopy();
        }
      } catch (SQLException e) {
        throw failed("written (" + table.dumpName() + ")", e);
      }
    }
  }

  /** A cursor's rows; each is a look at the cursor's present place. */
  private static final class Rows extends AbstractSpliterator<StagedRow> implements StagedRow {
    private final ResultSet rows;
    private final StagedView view;

    Rows(ResultSet rows, StagedView view) {
      super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
      this.rows = rows;
      this.view = view;
    }

    @Override
    public boolean tryAdvance(Consumer<? super StagedRow> action) {
      try {
        if (!rows.next()) {
          return false;
        }
      } catch (SQLException e) {
        throw failed("read (" + view + ")", e);
      }
      action.accept(this);
      return true;
    }

    @Override
    public @Nullable String text(int column) {
      try {
        return rows.getString(column + 1);
      } catch (SQLException e) {
        throw failed("read (" + view + ")", e);
      }
    }

    @Override
    public long number(int column, long otherwise) {
      try {
        long value = rows.getLong(column + 1);
        return rows.wasNull() ? otherwise : value;
      } catch (SQLException e) {
        throw failed("read (" + view + ")", e);
      }
    }

    @Override
    public boolean flag(int column) {
      try {
        return rows.getBoolean(column + 1);
      } catch (SQLException e) {
        throw failed("read (" + view + ")", e);
      }
    }
  }
}
