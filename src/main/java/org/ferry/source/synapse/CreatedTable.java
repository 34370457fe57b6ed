package org.ferry.source.synapse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code CREATE TABLE} statement: {@code pg_dump --inserts} names the columns nowhere else.
 *
 * @param schema the schema, empty where none is named
 * @param table the table
 * @param columns the columns in their order
 */
record CreatedTable(String schema, String table, List<String> columns) {
  private static final Set<String> NO_COLUMNS =
      Set.of("constraint", "primary", "unique", "check", "foreign", "exclude", "like");

  /** Reads a statement; empty where it is something else. */
  static Optional<CreatedTable> parse(String statement) {
    SqlWords words = new SqlWords(statement);
    if (!words.takes("create")) {
      return Optional.empty();
    }
    boolean ordinary = words.takes("table") || (words.takes("unlogged") && words.takes("table"));
    if (!ordinary) {
      return Optional.empty();
    }
    String schema = "";
    String table = words.next();
    if (words.takes(".")) {
      schema = table;
      table = words.next();
    }
    return words.takes("(")
        ? Optional.of(new CreatedTable(schema, table, columns(words)))
        : Optional.empty();
  }

  private static List<String> columns(SqlWords words) {
    List<String> columns = new ArrayList<>();
    boolean more = true;
    while (more) {
      boolean quoted = words.atQuote();
      String first = words.next();
      if (quoted || !NO_COLUMNS.contains(first)) {
        columns.add(first);
      }
      more = words.skipToComma();
    }
    return List.copyOf(columns);
  }
}
