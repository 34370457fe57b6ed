package org.ferry.source.synapse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A {@code COPY … FROM stdin} statement.
 *
 * @param schema the schema, empty where none is named
 * @param table the table
 * @param columns the columns in the order of the data; empty where the statement names none
 * @param options what stands behind {@code stdin}, normally nothing
 */
record CopyHeader(String schema, String table, List<String> columns, String options) {
  /** Reads a statement; empty where it is no COPY from standard input. */
  static Optional<CopyHeader> parse(String statement) {
    SqlWords words = new SqlWords(statement);
    if (!words.takes("copy")) {
      return Optional.empty();
    }
    String schema = "";
    String table = words.next();
    if (words.takes(".")) {
      schema = table;
      table = words.next();
    }
    List<String> columns = new ArrayList<>();
    if (words.takes("(")) {
      do {
        columns.add(words.next());
      } while (words.takes(","));
      if (!words.takes(")")) {
        return Optional.empty();
      }
    }
    if (!words.takes("from") || !words.takes("stdin")) {
      return Optional.empty();
    }
    return Optional.of(new CopyHeader(schema, table, List.copyOf(columns), words.rest()));
  }
}
