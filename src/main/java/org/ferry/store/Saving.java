package org.ferry.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.ferry.store.backup.Backup;

/** The ledger on its way into a file and back. For one thread; blocks. */
public final class Saving implements AutoCloseable {
  private final Connection connection;
  private final Database database;
  private final Backup backup;

  Saving(Connection connection, Database database) {
    this.connection = connection;
    this.database = database;
    this.backup = new Backup(connection, Schema.VERSION);
  }

  /**
   * Saves everything as it stands at one moment.
   *
   * @param to where it goes; not closed
   * @param version of the program, for people
   * @param told the name of each table before it is saved
   * @return how many rows
   * @throws IOException where it cannot be written
   */
  public long save(OutputStream to, String version, Consumer<String> told) throws IOException {
    try {
      return backup.save(to, version, told);
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }

  /** True where nothing was loaded or carried yet. */
  public boolean isEmpty() {
    try {
      return backup.isEmpty();
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }

  /**
   * Brings everything back, whole or not at all; what was there is gone afterwards.
   *
   * @param from the backup; not closed
   * @param told the name of each table before it is filled
   * @return how many rows
   */
  public long restore(InputStream from, Consumer<String> told) {
    try {
      return backup.restore(from, told);
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw database.explain(e);
    }
  }
}
