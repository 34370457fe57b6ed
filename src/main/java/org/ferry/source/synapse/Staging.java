package org.ferry.source.synapse;

import java.util.List;
import java.util.stream.Stream;

/**
 * Where a dump's rows wait until all its tables are there and can be joined: a dump's tables come
 * in alphabetical order, so that an event's content precedes its place in the room. Nothing in it
 * outlives {@link #close()}, nor the process.
 *
 * <p>Calls come from one thread at a time and block. A staging that fails throws {@code
 * SourceException}.
 */
public interface Staging extends AutoCloseable {
  /** Whether rows of a table are wanted at all; others are passed over. */
  default boolean takes(SynapseTable table) {
    return !table.isKeyBackup();
  }

  /**
   * Opens a table for rows; the one opened before must be closed. A table may be opened again.
   *
   * @param table the table
   * @param columns which of {@link SynapseTable#staged()} the rows hold, in their order
   * @return where the rows go
   */
  RowWriter write(SynapseTable table, List<String> columns);

  /** Drops all rows that were written so far; what is written afterwards counts. */
  void clear();

  /**
   * Called once, after the last row: repeated rows are reduced to one, and what the views need is
   * made ready.
   *
   * @return for each table with repeated rows, how many were dropped, as {@code "events: 3"}
   */
  List<String> seal();

  /**
   * Reads a view, lazily, in windows; one stream at a time, closed by the reader. A row is valid
   * until the next one is asked for.
   */
  Stream<StagedRow> read(StagedView view);

  /** Drops everything. */
  @Override
  void close();

  /** Takes rows in COPY's text format: tab-separated, escaped, each with its line feed. */
  interface RowWriter extends AutoCloseable {
    /** Takes whole rows; the bytes may be changed by the caller afterwards. */
    void rows(byte[] bytes, int offset, int length);

    /** Ends the table's rows. */
    @Override
    void close();
  }
}
