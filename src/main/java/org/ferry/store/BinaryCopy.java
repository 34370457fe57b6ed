package org.ferry.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Rows on their way into a table by COPY in PostgreSQL's binary format: the server has nothing to
 * parse or unescape. Holds one buffer, however many rows pass. For one thread.
 */
final class BinaryCopy implements AutoCloseable {
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };
  private static final int SIZE = 128 * 1024;

  private final CopyIn copy;
  private final byte[] buffer = new byte[SIZE];
  private int filled;
  private long rows;

  /**
   * Begins a COPY.
   *
   * @param sql {@code copy … from stdin with (format binary)}
   */
  BinaryCopy(Connection connection, String sql) throws SQLException {
    copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    var unused = raw(HEADER);
  }

  BinaryCopy row(int columns) throws SQLException {
    rows++;
    return number(columns, 2);
  }

  BinaryCopy int8(long value) throws SQLException {
    return number(8, 4).number(value, 8);
  }

  BinaryCopy int4(int value) throws SQLException {
    return number(4, 4).number(value, 4);
  }

  BinaryCopy bool(boolean value) throws SQLException {
    return number(1, 4).number(value ? 1 : 0, 1);
  }

  /** A text, or null; a NUL character, which the server cannot hold, becomes U+FFFD. */
  BinaryCopy text(@Nullable String value) throws SQLException {
    if (value == null) {
      return number(-1, 4);
    }
    byte[] bytes = String.valueOf(Storable.text(value)).getBytes(StandardCharsets.UTF_8);
    return number(bytes.length, 4).raw(bytes);
  }

  /** Rows so far. */
  long rows() {
    return rows;
  }

  /** Ends the COPY; the rows are in the table, within the connection's transaction. */
  void finish() throws SQLException {
    var unused = number(-1, 2);
    flush();
    long taken = copy.endCopy();
    if (taken != rows) {
      throw new SQLException("the server took %d of %d rows".formatted(taken, rows));
    }
  }

  /** Breaks the COPY off where it was not finished. */
  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }

  private BinaryCopy number(long value, int bytes) throws SQLException {
    if (filled + bytes > SIZE) {
      flush();
    }
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      buffer[filled++] = (byte) (value >>> shift);
    }
    return this;
  }

  private BinaryCopy raw(byte[] bytes) throws SQLException {
    if (filled + bytes.length > SIZE) {
      flush();
    }
    if (bytes.length > SIZE) {
      copy.writeToCopy(bytes, 0, bytes.length);
    } else {
      System.arraycopy(bytes, 0, buffer, filled, bytes.length);
      filled += bytes.length;
    }
    return this;
  }

  private void flush() throws SQLException {
    if (filled > 0) {
      copy.writeToCopy(buffer, 0, filled);
      filled = 0;
    }
  }
}
