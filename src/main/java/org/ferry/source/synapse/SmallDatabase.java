package org.ferry.source.synapse;

import java.nio.file.Path;
import java.util.List;
import org.ferry.source.SourceException;

/**
 * An SQLite database, open for reading: the port behind which the driver stands. For one thread.
 * What cannot be read throws a {@link SourceException} with the remedy.
 */
public interface SmallDatabase extends AutoCloseable {
  /** What may happen to a database while it is read. */
  enum Access {
    /** A server may have it open; it is locked against changes, and nothing is written. */
    SHARED,
    /** Nobody has it open; nothing is written, not even a lock. */
    STILL,
    /** It is a copy of ours with a log or journal beside it, which has to be put in order. */
    OURS
  }

  /** Opens databases. */
  @FunctionalInterface
  interface Opener {
    /**
     * Opens a database and changes nothing that it holds.
     *
     * @param file the database
     * @param access what may happen to it meanwhile
     * @param label what to call it in messages
     * @return the database, which the caller closes
     */
    SmallDatabase open(Path file, Access access, String label);
  }

  /** Takes rows. */
  @FunctionalInterface
  interface Rows {
    /**
     * Takes a row.
     *
     * @param values the values' bytes, UTF-8 where they are text and digits where they are numbers;
     *     null where there is no value. They may be used until the next row
     */
    void row(byte[][] values);
  }

  /** The columns of a table; empty where there is no such table. */
  List<String> columns(String table);

  /**
   * Reads a whole table, a row at a time.
   *
   * @param table the table, one of {@link SynapseTable}
   * @param columns which of its columns, in which order
   * @param longest how many characters of a value are read at most
   * @param rows takes the rows
   */
  void read(String table, List<String> columns, int longest, Rows rows);

  @Override
  void close();
}
