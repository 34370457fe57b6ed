package org.ferry.testing;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A small plain dump, taken apart to be changed and put together again: another schema, fewer rows,
 * rows of one's own. Values are as COPY writes them, {@code \N} for none.
 */
public final class DumpTables {
  private static final Path SAMPLE = Path.of("src/main/resources/demo/synapse.sql.gz");
  private static final String END = "--\n-- PostgreSQL database dump complete\n--\n\n";

  /** A table's columns and rows. */
  public static final class Table {
    private final List<String> columns;
    private final List<String[]> rows = new ArrayList<>();

    private Table(List<String> columns) {
      this.columns = new ArrayList<>(columns);
    }

    /** The columns in their order. */
    public List<String> columns() {
      return columns;
    }

    /** The rows. */
    public List<String[]> rows() {
      return rows;
    }

    /** The value of a row in a column. */
    public String get(String[] row, String column) {
      return row[place(column)];
    }

    private int place(String column) {
      int place = columns.indexOf(column);
      if (place < 0) {
        throw new AssertionError("there is no column " + column + " in " + columns);
      }
      return place;
    }

    /** Changes a column's values. */
    @CanIgnoreReturnValue
    public Table change(String column, UnaryOperator<String> change) {
      int place = place(column);
      rows.forEach(row -> row[place] = change.apply(row[place]));
      return this;
    }

    /** Changes the value of some rows. */
    @CanIgnoreReturnValue
    public Table set(Predicate<String[]> which, String column, String value) {
      int place = place(column);
      rows.stream().filter(which).forEach(row -> row[place] = value);
      return this;
    }

    /** Takes columns away. */
    @CanIgnoreReturnValue
    public Table drop(String... names) {
      for (String name : names) {
        int place = place(name);
        columns.remove(place);
        rows.replaceAll(row -> {
          List<String> left = new ArrayList<>(Arrays.asList(row));
          String unused = left.remove(place);
          return left.toArray(String[]::new);
        });
      }
      return this;
    }

    /** Adds a column, before all others. */
    @CanIgnoreReturnValue
    public Table add(String name, String value) {
      columns.addFirst(name);
      rows.replaceAll(row -> {
        List<String> more = new ArrayList<>(Arrays.asList(row));
        more.addFirst(value);
        return more.toArray(String[]::new);
      });
      return this;
    }
  }

  private final String head;
  private final Map<String, Table> tables = new LinkedHashMap<>();

  private DumpTables(String head) {
    this.head = head;
  }

  /** The dump that ships with Ferry. */
  public static DumpTables sample() {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(SAMPLE))) {
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DumpTables of(String text) {
    DumpTables dump = new DumpTables(text.substring(0, text.indexOf("\nSET ")));
    Table table = null;
    for (String line : text.split("\n", -1)) {
      if (table != null && line.equals("\\.")) {
        table = null;
      } else if (table != null) {
        table.rows.add(line.split("\t", -1));
      } else if (line.startsWith("COPY ")) {
        String columns = line.substring(line.indexOf('(') + 1, line.indexOf(')'));
        table = new Table(Arrays.asList(columns.replace("\"", "").split(", ")));
        String name = line.substring("COPY public.".length(), line.indexOf(' ', 5));
        dump.tables.put(name, table);
      }
    }
    return dump;
  }

  /** A table. */
  public Table table(String name) {
    return Objects.requireNonNull(tables.get(name), name);
  }

  /** All tables by name. */
  public Map<String, Table> tables() {
    return tables;
  }

  /** Takes tables away. */
  @CanIgnoreReturnValue
  public DumpTables dropTables(String... names) {
    for (String name : names) {
      @Nullable Table unused = tables.remove(name);
    }
    return this;
  }

  /** Adds a table without rows. */
  public Table addTable(String name, String... columns) {
    Table table = new Table(List.of(columns));
    tables.put(name, table);
    return table;
  }

  /** The dump as pg_dump writes it. */
  public String text() {
    StringBuilder text = new StringBuilder(head).append("\nSET client_encoding = 'UTF8';\n\n");
    tables.forEach((name, table) -> {
      String columns = String.join(", ", table.columns);
      text.append("COPY public.").append(name).append(" (").append(columns);
      text.append(") FROM stdin;\n");
      table.rows.forEach(row -> text.append(String.join("\t", row)).append('\n'));
      text.append("\\.\n\n\n");
    });
    return text.append(END).toString();
  }

  /** The dump as bytes to read. */
  public InputStream open() {
    return new ByteArrayInputStream(text().getBytes(StandardCharsets.UTF_8));
  }
}
