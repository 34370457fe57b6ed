package org.ferry.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ferry.migrate.LoadProgress;

/** The one connection and transaction of a load, and what is told while it goes on. */
final class LoadConnection implements AutoCloseable {
  private static final long TELL_NANOS = 100_000_000;

  private final Connection connection;
  private final Consumer<LoadProgress> progress;
  private long told = System.nanoTime() - TELL_NANOS;

  LoadConnection(Connection connection, Consumer<LoadProgress> progress) throws SQLException {
    this.connection = connection;
    this.progress = progress;
    connection.setAutoCommit(false);
  }

  /** Writes one record as one row. */
  interface Encoder<T> {
    BinaryCopy write(BinaryCopy to, T record) throws SQLException;
  }

  /** Copies a stream, which is read once and closed, into a table. */
  <T> void copy(String phase, String sql, Stream<T> records, Encoder<T> encoder)
      throws SQLException {
    try (records;
        BinaryCopy copy = new BinaryCopy(connection, sql)) {
      boolean shown = false;
      for (Iterator<T> i = records.iterator(); i.hasNext(); ) {
        var unused = encoder.write(copy, i.next());
        shown |= (copy.rows() & 0x3f) == 0 && tell(phase, copy.rows());
      }
      copy.finish();
      if (shown) {
        progress.accept(new LoadProgress(phase, copy.rows()));
      }
    }
  }

  /** The connection itself, within the load's transaction. */
  Connection raw() {
    return connection;
  }

  /** Begins a step that has no rows to count. */
  void phase(String name) {
    told = System.nanoTime();
    progress.accept(new LoadProgress(name, 0));
  }

  private boolean tell(String phase, long rows) {
    long now = System.nanoTime();
    boolean due = now - told >= TELL_NANOS;
    if (due) {
      told = now;
      progress.accept(new LoadProgress(phase, rows));
    }
    return due;
  }

  /** Runs statements without parameters, separated by semicolons. */
  void script(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      var unused = statement.execute(sql);
    }
  }

  /** Runs a statement; says how many rows it touched. */
  long update(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      return statement.executeLargeUpdate();
    }
  }

  /** Runs a query whose result is one number. */
  long number(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  PreparedStatement prepare(String sql, Object... values) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  void commit() throws SQLException {
    connection.commit();
  }

  /** Closes the connection; what was not committed never was. */
  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
