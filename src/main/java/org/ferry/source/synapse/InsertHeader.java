package org.ferry.source.synapse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The beginning of an {@code INSERT INTO … VALUES} statement.
 *
 * @param schema the schema, empty where none is named
 * @param table the table
 * @param columns the columns in the order of the values; empty where the statement names none
 */
record InsertHeader(String schema, String table, List<String> columns) {
  /** Reads a statement up to its {@code VALUES}; empty where it is something else. */
  static Optional<InsertHeader> parse(String statement) {
    SqlWords words = new SqlWords(statement);
    if (!words.takes("insert") || !words.takes("into")) {
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
    return Optional.of(new InsertHeader(schema, table, List.copyOf(columns)));
  }
}
