package org.ferry.source.synapse;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a dump from its first to its last byte and puts the rows that are wanted into a staging. A
 * dump that is cut anywhere ends with a {@link SourceException}; a broken row is a {@link Problem}.
 */
final class DumpLoader {
  private static final int LONGEST_LINE = 16 << 20;
  private static final int MOST_TABLES = 10_000;
  private static final Pattern TRAILER =
      Pattern.compile("PostgreSQL database (cluster )?dump complete");
  private static final Pattern WRITER = Pattern.compile("Dumped by (pg_dump) version ([0-9.]+).*");
  private static final Pattern ENCODING =
      Pattern.compile("(?is)set client_encoding\\s*(?:=|to)\\s*'?([^';]*)'?.*");

  private final DumpFile file;
  private final Staging staging;
  private final ProblemLog problems;
  private final ByteWindow window;
  private final InsertReader inserts;
  private final SqlScanner sql = new SqlScanner();
  private final ByteSink row = new ByteSink(1 << 14);
  private final TableRows rows;
  private final Home home = new Home();
  private final Map<String, List<String>> created = new HashMap<>();
  private final Set<String> tables = new HashSet<>();
  private @Nullable String lastTable;
  private @Nullable String writer;
  private boolean dump;
  private boolean complete;
  private boolean byInserts;

  DumpLoader(DumpFile file, Staging staging, ProblemLog problems) {
    this.file = file;
    this.staging = staging;
    this.problems = problems;
    window = new ByteWindow(file.content(), LONGEST_LINE);
    inserts = new InsertReader(window, LONGEST_LINE);
    rows = new TableRows(file.label(), staging, problems);
  }

  /** What wrote the dump, such as {@code pg_dump 15.18}; null where it does not say. */
  @Nullable String writer() {
    return writer == null || !byInserts ? writer : writer + " --inserts";
  }

  /** Reads everything. */
  void load() {
    try (rows) {
      skipByteOrderMark();
      for (int b = window.read(); b >= 0; b = window.read()) {
        switch (sql.feed(b)) {
          case STATEMENT -> statement(sql.text());
          case VALUES -> insert(sql.text());
          case COMMENT -> comment(sql.text());
          case META -> meta(sql.text());
          case NOTHING -> {}
        }
        refuseForeignText();
      }
      rows.end();
      checkEnd();
    } catch (IOException e) {
      throw DumpFile.failure(file.label(), place(), e);
    }
  }

  /** Feeds the bytes behind a UTF-8 byte order mark, or from the beginning where there is none. */
  private void skipByteOrderMark() throws IOException {
    int[] mark = {0xef, 0xbb, 0xbf};
    for (int expected : mark) {
      int b = window.read();
      if (b != expected) {
        if (b >= 0 && sql.feed(b) == SqlScanner.Seen.STATEMENT) {
          statement(sql.text());
        }
        return;
      }
    }
  }

  private String place() {
    return lastTable == null
        ? "near its beginning"
        : "in line " + window.line() + ", in or behind table " + lastTable;
  }

  private void refuseForeignText() {
    if (!dump && window.line() > 200) {
      throw notADump();
    }
  }

  private SourceException notADump() {
    return new SourceException(file.label() + ForeignText.describe(file.head()));
  }

  private void comment(String text) {
    if (text.startsWith("PostgreSQL database")) {
      dump = true;
      complete = TRAILER.matcher(text).matches();
    }
    Matcher m = WRITER.matcher(text);
    if (m.matches()) {
      writer = m.group(1) + " " + m.group(2);
    }
  }

  private void meta(String text) {
    String command = text.toLowerCase(Locale.ROOT);
    if (command.startsWith("connect ")) {
      home.connect(text.substring("connect ".length()));
    } else if (!command.startsWith("restrict") && !command.startsWith("unrestrict")) {
      problems.add(
          "psql commands",
          new Problem(
              file.label() + ":" + (window.line() - 1),
              "is a psql command (\\" + text.substring(0, Math.min(40, text.length())) + ")",
              "Ferry executes nothing and went on behind it"));
    }
  }

  private void statement(String text) throws IOException {
    Optional<CopyHeader> copy = CopyHeader.parse(text);
    if (copy.isPresent()) {
      dump = true;
      complete = false;
      noteTable(copy.get().table());
      table(copy.get());
      return;
    }
    home.statement(text);
    CreatedTable.parse(text).ifPresent(this::created);
    Matcher encoding = ENCODING.matcher(text);
    if (encoding.matches() && !encoding.group(1).toUpperCase(Locale.ROOT).matches("UTF-?8")) {
      throw new SourceException(
          file.label()
              + " is written in "
              + encoding.group(1)
              + ". Take the dump again with pg_dump -E UTF8.");
    }
  }

  private void created(CreatedTable table) {
    noteTable(table.table());
    if (SynapseTable.named(table.table()).isPresent()) {
      created.put(home.place(table.schema()) + " " + table.table(), table.columns());
    }
  }

  private void noteTable(String table) {
    lastTable = table;
    if (tables.size() < MOST_TABLES) {
      tables.add(table);
    }
  }

  private void insert(String beginning) throws IOException {
    InsertHeader header = InsertHeader.parse(beginning).orElse(null);
    if (header == null) {
      return;
    }
    complete = false;
    lastTable = header.table();
    SynapseTable table = SynapseTable.named(header.table()).filter(staging::takes).orElse(null);
    boolean taken = table != null && begin(table, header.schema(), columns(table, header), "");
    byInserts |= taken;
    inserts.begin(sql.backslashesEscape());
    try {
      do {
        insertRow(taken);
      } while (inserts.hasNext());
    } catch (EOFException e) {
      throw cutOff(e);
    }
    sql.startOver();
  }

  private void insertRow(boolean taken) throws IOException {
    long line = window.line();
    row.reset(1 << 14);
    String wrong = inserts.row(row);
    if (taken && wrong != null) {
      rows.leaveOut(line, wrong);
    } else if (taken) {
      rows.take(row.bytes(), 0, row.size(), line);
    }
  }

  /** The columns of an INSERT's values: named there, or where the table was made. */
  private List<String> columns(SynapseTable table, InsertHeader header) {
    if (!header.columns().isEmpty()) {
      return header.columns();
    }
    List<String> made = created.get(home.place(header.schema()) + " " + header.table());
    if (made == null) {
      throw new SourceException(
          file.label()
              + " holds its rows as INSERT statements that do not name their columns (line "
              + window.line()
              + ", table "
              + table.dumpName()
              + "), and the table's definition is not in it."
              + " Take the dump again without --data-only, or with --column-inserts.");
    }
    return made;
  }

  private void table(CopyHeader copy) throws IOException {
    rows.end();
    if (window.nextLine(false) == ByteWindow.Found.END) {
      throw cutOff(null);
    }
    boolean carriageReturns =
        window.end() > window.start() && window.bytes()[window.end() - 1] == '\r';
    SynapseTable table = SynapseTable.named(copy.table()).filter(staging::takes).orElse(null);
    if (table == null || !begin(table, copy.schema(), copy.columns(), copy.options())) {
      skipRows();
    } else {
      takeRows(carriageReturns);
    }
  }

  /** Makes ready for the rows of a table; false where nobody needs them. */
  private boolean begin(SynapseTable table, String schema, List<String> columns, String options) {
    List<String> missing = RowPicker.missing(table, columns);
    if (!options.isEmpty() || !missing.isEmpty()) {
      String what =
          missing.isEmpty()
              ? "is in a form (" + options + ") that pg_dump does not write"
              : "has no column " + String.join(", ", missing);
      String where = file.label() + ":" + (window.line() - 1) + ", table " + table.dumpName();
      home.hold(schema, table.dumpName(), new Problem(where, what, "the table was left out"));
      return false;
    }
    switch (home.decide(table, schema)) {
      case TAKE -> {}
      case START_OVER -> {
        rows.end();
        staging.clear();
      }
      case SKIP -> {
        return false;
      }
      case SECOND -> throw two(table, schema);
    }
    rows.begin(table, columns);
    return true;
  }

  private SourceException two(SynapseTable table, String schema) {
    return new SourceException(
        file.label()
            + " holds two Synapses, table "
            + table.dumpName()
            + " in two databases or schemas ("
            + home.home()
            + " and "
            + home.place(schema)
            + "). Take a pg_dump of the one database that is meant.");
  }

  private void skipRows() throws IOException {
    while (window.nextLine(false) != ByteWindow.Found.END) {
      if (isEnd()) {
        return;
      }
    }
    throw cutOff(null);
  }

  private void takeRows(boolean carriageReturns) throws IOException {
    while (true) {
      long line = window.line();
      switch (window.nextLine(true)) {
        case END -> throw cutOff(null);
        case TOO_LONG -> rows.leaveOut(line, "is longer than 16 MiB");
        case LINE -> {
          if (isEnd()) {
            rows.end();
            return;
          }
          byte[] b = window.bytes();
          int to = window.end();
          boolean returned = carriageReturns && to > window.start() && b[to - 1] == '\r';
          rows.take(b, window.start(), returned ? to - 1 : to, line);
        }
      }
    }
  }

  /** True where the line is the end mark of the data. */
  private boolean isEnd() {
    int length = window.end() - window.start();
    byte[] b = window.bytes();
    return (length == 2 || (length == 3 && b[window.start() + 2] == '\r'))
        && b[window.start()] == CopyText.BACKSLASH
        && b[window.start() + 1] == '.';
  }

  private SourceException cutOff(@Nullable Exception cause) {
    return new SourceException(
        file.label()
            + " ends in the middle of table "
            + lastTable
            + ", in line "
            + window.line()
            + ": the dump was cut off. Nothing was taken over."
            + " Take it again and see that pg_dump ends without an error.",
        cause);
  }

  private void checkEnd() {
    if (!dump) {
      throw notADump();
    }
    if (!complete) {
      throw new SourceException(
          file.label()
              + " ends "
              + place()
              + ", without pg_dump's closing line: the dump was cut off. Nothing was taken over."
              + " Take it again and see that pg_dump ends without an error.");
    }
    home.report(problems);
    Set<SynapseTable> missing = home.missing();
    if (!missing.isEmpty()) {
      throw new SourceException(file.label() + incomplete(missing));
    }
  }

  private String incomplete(Set<SynapseTable> missing) {
    String owner = ForeignText.owner(tables);
    boolean empty = missing.stream().allMatch(t -> tables.contains(t.dumpName()));
    String names = String.join(", ", missing.stream().map(SynapseTable::dumpName).toList());
    String what =
        !owner.isEmpty()
            ? owner
            : " is a dump of PostgreSQL, but not of a Synapse with its data: there is no data for "
                + names
                + (empty ? ", only the tables themselves." : ".");
    String why = missing.stream().map(home::why).reduce("", String::concat);
    return what + why + " Dump Synapse's own database, whole: without -t, -T or --schema-only.";
  }
}
