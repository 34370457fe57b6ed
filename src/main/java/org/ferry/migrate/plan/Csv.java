package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Comma-separated values as RFC 4180 describes them. */
final class Csv {
  /**
   * One record.
   *
   * @param line the line it begins in, counting from 1
   * @param fields its fields
   * @param closed false where a quotation mark is never closed
   */
  record Row(int line, List<String> fields, boolean closed) {}

  private final String text;
  private int at;
  private int line = 1;
  private boolean closed = true;

  private Csv(String text) {
    this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  /** Reads every record that is not an empty line. */
  static List<Row> read(String text) {
    Csv csv = new Csv(text);
    List<Row> rows = new ArrayList<>();
    while (csv.at < csv.text.length()) {
      Row row = csv.row();
      if (row.fields().size() > 1 || !row.fields().getFirst().isBlank()) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** One record with its line ending. */
  static String write(String... fields) {
    return Stream.of(fields).map(Csv::quoted).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }

  private Row row() {
    int begin = line;
    closed = true;
    List<String> fields = new ArrayList<>();
    fields.add(field());
    while (at < text.length() && text.charAt(at) == ',') {
      at++;
      fields.add(field());
    }
    if (at < text.length() && text.charAt(at) == '\r') {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '\n') {
      at++;
    }
    line++;
    return new Row(begin, fields, closed);
  }

  private String field() {
    StringBuilder out = new StringBuilder();
    boolean quoted = at < text.length() && text.charAt(at) == '"';
    if (quoted) {
      at++;
      closed = false;
      while (at < text.length() && !closed) {
        inQuotes(out);
      }
    }
    while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      out.append(text.charAt(at++));
    }
    return out.toString();
  }

  private void inQuotes(StringBuilder out) {
    char c = text.charAt(at++);
    if (c != '"') {
      line += c == '\n' ? 1 : 0;
      out.append(c);
    } else if (at < text.length() && text.charAt(at) == '"') {
      out.append('"');
      at++;
    } else {
      closed = true;
    }
  }
}
