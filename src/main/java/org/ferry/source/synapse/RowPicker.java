package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the wanted values out of the rows of one COPY block and writes them on as COPY rows,
 * normally without looking inside: what needs no change is copied byte for byte.
 */
final class RowPicker {
  private final SynapseTable table;
  private final int width;
  private final int[] starts;
  private final int[] ends;
  private final List<Column> taken = new ArrayList<>();
  private final List<Integer> places = new ArrayList<>();
  private final ByteSink clear = new ByteSink(1 << 12);
  private final EventCutter cutter = new EventCutter();
  private boolean nul;
  private boolean wide;
  private boolean rough;

  /**
   * A picker for one block.
   *
   * @param table the table
   * @param header the columns of the dump, in its order
   */
  RowPicker(SynapseTable table, List<String> header) {
    this.table = table;
    width = header.size();
    starts = new int[width];
    ends = new int[width];
    for (Column column : table.read()) {
      int place = header.indexOf(column.name());
      if (place >= 0) {
        taken.add(column);
        places.add(place);
      }
    }
  }

  /** The required columns that the dump's table does not have; all where it has none of any use. */
  static List<String> missing(SynapseTable table, List<String> header) {
    List<String> names = table.read().stream().map(Column::name).toList();
    if (names.stream().noneMatch(header::contains)) {
      return names;
    }
    return table.read().stream()
        .filter(c -> c.required() && !header.contains(c.name()))
        .map(Column::name)
        .toList();
  }

  /** The columns that reach the staging, in the order they are written. */
  List<String> staged() {
    var columns = table == SynapseTable.EVENT_JSON ? table.staged() : taken;
    return columns.stream().map(Column::name).toList();
  }

  /**
   * Appends the wanted values of a row, or nothing.
   *
   * @return what is wrong with the row, null where it is fine
   */
  @Nullable String pick(byte[] b, int from, int to, ByteSink out) {
    int found = split(b, from, to);
    int before = out.size();
    String wrong = found != width ? columns(found) : damaged(b, from, to);
    if (wrong == null) {
      wrong = table == SynapseTable.EVENT_JSON ? event(b, out) : plain(b, out);
    }
    if (wrong != null) {
      out.truncate(before);
    }
    return wrong;
  }

  private String columns(int found) {
    return "has " + found + " values where " + width + " columns are declared";
  }

  private @Nullable String damaged(byte[] b, int from, int to) {
    if (nul) {
      return "holds a NUL byte";
    }
    return wide && !CopyText.isUtf8(b, from, to) ? "is not valid UTF-8" : null;
  }

  /** Notes where the values stand; returns how many there are, the surplus included. */
  private int split(byte[] b, int from, int to) {
    int count = 0;
    int all = 0;
    boolean zero = false;
    rough = false;
    starts[0] = from;
    for (int i = from; i < to; i++) {
      byte c = b[i];
      all |= c;
      if (c == CopyText.TAB) {
        if (count < width) {
          ends[count] = i;
        }
        count++;
        if (count < width) {
          starts[count] = i + 1;
        }
      } else if (c == CopyText.BACKSLASH && i + 1 < to) {
        i++;
        rough |= isRough(b[i]);
        all |= b[i];
        zero |= b[i] == 0;
      } else if (c == CopyText.BACKSLASH) {
        rough = true;
      } else {
        zero |= c == 0;
        rough |= c == '\r';
      }
    }
    if (count < width) {
      ends[count] = to;
    }
    nul = zero;
    wide = all < 0;
    return count + 1;
  }

  /**
   * True for escapes that pg_dump never writes and that may not be passed on: bytes written as
   * numbers, which have to be checked, and a dot, which would end the database's COPY.
   */
  private static boolean isRough(byte escape) {
    return escape == 'x' || escape == '.' || (escape >= '0' && escape <= '7');
  }

  private @Nullable String plain(byte[] b, ByteSink out) {
    for (int k = 0; k < taken.size(); k++) {
      if (k > 0) {
        out.put(CopyText.TAB);
      }
      int from = starts[places.get(k)];
      int to = ends[places.get(k)];
      String wrong = value(taken.get(k), b, from, to, out);
      if (wrong != null) {
        return wrong;
      }
    }
    out.put('\n');
    return null;
  }

  private @Nullable String value(Column column, byte[] b, int from, int to, ByteSink out) {
    if (CopyText.isNull(b, from, to)) {
      out.put(b, from, to);
      return column.required() ? "has no value in its column " + column.name() : null;
    }
    return switch (column.kind()) {
      case TEXT -> text(column, b, from, to, out);
      case NUMBER -> {
        out.put(b, from, to);
        yield isNumber(b, from, to) ? null : notA("number", column, b, from, to);
      }
      case FLAG -> flag(column, b, from, to, out);
    };
  }

  private @Nullable String text(Column column, byte[] b, int from, int to, ByteSink out) {
    if (!rough) {
      out.put(b, from, to);
      return null;
    }
    clear.reset(1 << 12);
    CopyText.unescape(b, from, to, clear);
    CopyText.escape(clear.bytes(), 0, clear.size(), out);
    return unfit(column, clear);
  }

  private static @Nullable String unfit(Column column, ByteSink clear) {
    if (CopyText.indexOf(clear.bytes(), 0, clear.size(), (byte) 0) >= 0) {
      return "holds a NUL byte in its column " + column.name();
    }
    return CopyText.isUtf8(clear.bytes(), 0, clear.size())
        ? null
        : "is not valid UTF-8 in its column " + column.name();
  }

  private static @Nullable String flag(Column column, byte[] b, int from, int to, ByteSink out) {
    boolean one = to - from == 1;
    boolean no = one && (b[from] == 'f' || b[from] == '0');
    out.put(no ? 'f' : 't');
    boolean known = no || (one && b[from] == 't') || isNumber(b, from, to);
    return known ? null : notA("truth value", column, b, from, to);
  }

  private static boolean isNumber(byte[] b, int from, int to) {
    int i = from < to && b[from] == '-' ? from + 1 : from;
    if (i == to || to - i > 18) {
      return false;
    }
    for (; i < to; i++) {
      if (b[i] < '0' || b[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private static String notA(String what, Column column, byte[] b, int from, int to) {
    String shown = new String(b, from, Math.min(40, to - from), StandardCharsets.UTF_8);
    return "holds \""
        + shown
        + "\" in its column "
        + column.name()
        + " where a "
        + what
        + " belongs";
  }

  /** Event id, internal metadata and JSON, in the order {@link SynapseTable} reads them. */
  private @Nullable String event(byte[] b, ByteSink out) {
    int[] field = new int[6];
    for (int k = 0; k < taken.size(); k++) {
      int at = 2 * table.read().indexOf(taken.get(k));
      field[at] = starts[places.get(k)];
      field[at + 1] = ends[places.get(k)];
    }
    if (CopyText.isNull(b, field[0], field[1]) || CopyText.isNull(b, field[4], field[5])) {
      return "has no event id or no JSON";
    }
    return cutter.cut(b, field, rough, out);
  }
}
