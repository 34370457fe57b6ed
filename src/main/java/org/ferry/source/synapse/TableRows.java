package org.ferry.source.synapse;

import java.util.List;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.jspecify.annotations.Nullable;

/**
 * Brings rows of one table after the other into the staging, in batches. A broken row becomes a
 * {@link Problem} and the rest goes on.
 */
final class TableRows implements AutoCloseable {
  private static final int BATCH = 1 << 18;

  /** A table whose rows are coming. */
  private record Open(
      SynapseTable table, List<String> columns, RowPicker picker, Staging.RowWriter writer) {}

  private final String label;
  private final Staging staging;
  private final ProblemLog problems;
  private final ByteSink batch = new ByteSink(BATCH + (1 << 16));
  private @Nullable Open open;

  /**
   * Rows of a file.
   *
   * @param label what to call it in messages
   * @param staging takes the rows
   * @param problems takes what is wrong with rows
   */
  TableRows(String label, Staging staging, ProblemLog problems) {
    this.label = label;
    this.staging = staging;
    this.problems = problems;
  }

  /**
   * Begins rows of a table; goes on where they are of the same table and columns as before.
   *
   * @param table the table
   * @param columns its columns in the order of the values
   */
  void begin(SynapseTable table, List<String> columns) {
    if (open != null && open.table() == table && open.columns().equals(columns)) {
      return;
    }
    end();
    RowPicker picker = new RowPicker(table, columns);
    open = new Open(table, columns, picker, staging.write(table, picker.staged()));
  }

  /**
   * Takes a row in COPY's text format, without its line feed.
   *
   * @param line the number of the line that it stands in, for messages
   */
  void take(byte[] b, int from, int to, long line) {
    Open at = now();
    String wrong = at.picker().pick(b, from, to, batch);
    if (wrong != null) {
      leaveOut(line, wrong);
    }
    if (batch.size() >= BATCH) {
      flush(at);
    }
  }

  /** Notes that a row of the table was left out. */
  void leaveOut(long line, String wrong) {
    String table = now().table().dumpName();
    problems.add(
        table,
        new Problem(
            label + ":" + line + ", table " + table,
            wrong,
            "the row was left out and the rest was read"));
  }

  private Open now() {
    if (open == null) {
      throw new IllegalStateException("no table was begun");
    }
    return open;
  }

  private void flush(Open at) {
    at.writer().rows(batch.bytes(), 0, batch.size());
    batch.reset(BATCH + (1 << 16));
  }

  /** Ends the table that is open, if one is. */
  void end() {
    Open at = open;
    if (at != null) {
      open = null;
      try (Staging.RowWriter writer = at.writer()) {
        if (batch.size() > 0) {
          writer.rows(batch.bytes(), 0, batch.size());
        }
      } finally {
        batch.reset(BATCH + (1 << 16));
      }
    }
  }

  /** Gives up what is open. */
  @Override
  public void close() {
    Open at = open;
    open = null;
    if (at != null) {
      at.writer().close();
    }
  }
}
