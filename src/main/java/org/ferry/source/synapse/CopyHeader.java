package org.ferry.source.synapse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    Words words = new Words(statement);
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

  /** The table that an INSERT statement writes to; empty where it is none. */
  static Optional<String> insertTarget(String statement) {
    Words words = new Words(statement);
    if (!words.takes("insert") || !words.takes("into")) {
      return Optional.empty();
    }
    String table = words.next();
    return Optional.of(words.takes(".") ? words.next() : table);
  }

  /** Splits a statement into names, which quotes may hold together, and punctuation. */
  private static final class Words {
    private final String text;
    private int at;

    Words(String text) {
      this.text = text;
    }

    /** The next word as PostgreSQL understands it: folded to lower case unless quoted. */
    String next() {
      skipSpace();
      if (at == text.length()) {
        return "";
      }
      if (text.charAt(at) == '"') {
        return quoted();
      }
      int from = at;
      while (at < text.length() && isWord(text.charAt(at))) {
        at++;
      }
      if (at == from) {
        at++;
      }
      return text.substring(from, at).toLowerCase(Locale.ROOT);
    }

    private String quoted() {
      StringBuilder name = new StringBuilder();
      at++;
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"' && (at == text.length() || text.charAt(at) != '"')) {
          break;
        }
        name.append(c);
        at += c == '"' ? 1 : 0;
      }
      return name.toString();
    }

    boolean takes(String word) {
      int before = at;
      skipSpace();
      boolean isQuoted = at < text.length() && text.charAt(at) == '"';
      if (!isQuoted && next().equals(word)) {
        return true;
      }
      at = before;
      return false;
    }

    String rest() {
      return text.substring(at).strip();
    }

    private void skipSpace() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private static boolean isWord(char c) {
      return Character.isLetterOrDigit(c) || c == '_' || c == '$';
    }
  }
}
