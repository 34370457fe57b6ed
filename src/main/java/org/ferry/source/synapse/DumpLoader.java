package org.ferry.source.synapse;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
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
  private static final int BATCH = 1 << 18;
  private static final Pattern TRAILER =
      Pattern.compile("PostgreSQL database (cluster )?dump complete");
  private static final Pattern WRITER = Pattern.compile("Dumped by (pg_dump) version ([0-9.]+).*");
  private static final Pattern ENCODING =
      Pattern.compile("(?is)set client_encoding\\s*(?:=|to)\\s*'?([^';]*)'?.*");
  private static final Set<SynapseTable> NEEDED =
      EnumSet.of(
          SynapseTable.EVENTS, SynapseTable.EVENT_JSON, SynapseTable.ROOMS, SynapseTable.USERS);

  private final DumpFile file;
  private final Staging staging;
  private final ProblemLog problems;
  private final ByteWindow window;
  private final SqlScanner sql = new SqlScanner();
  private final ByteSink batch = new ByteSink(BATCH + (1 << 16));
  private final Set<SynapseTable> found = EnumSet.noneOf(SynapseTable.class);
  private String database = "";
  private @Nullable String home;
  private @Nullable String lastTable;
  private @Nullable String writer;
  private boolean dump;
  private boolean complete;

  DumpLoader(DumpFile file, Staging staging, ProblemLog problems) {
    this.file = file;
    this.staging = staging;
    this.problems = problems;
    window = new ByteWindow(file.text(), LONGEST_LINE);
  }

  /** What wrote the dump, such as {@code pg_dump 15.18}; null where it does not say. */
  @Nullable String writer() {
    return writer;
  }

  /** Reads everything. */
  void load() {
    try {
      skipByteOrderMark();
      for (int b = window.read(); b >= 0; b = window.read()) {
        switch (sql.feed(b)) {
          case STATEMENT -> statement(sql.text());
          case COMMENT -> comment(sql.text());
          case META -> meta(sql.text());
          case NOTHING -> {}
        }
        refuseForeignText();
      }
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
    return "in line "
        + window.line()
        + (lastTable == null ? ", before the first table" : ", in or behind table " + lastTable);
  }

  private void refuseForeignText() {
    if (!dump && window.line() > 200) {
      throw notADump();
    }
  }

  private SourceException notADump() {
    return new SourceException(
        file.label()
            + " is text, but not a dump that pg_dump wrote."
            + " Take one with: pg_dump -f dump.sql NAME-OF-SYNAPSE'S-DATABASE.");
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
      database = text.substring("connect ".length()).strip();
    } else if (!command.startsWith("restrict") && !command.startsWith("unrestrict")) {
      report(
          "psql commands",
          window.line() - 1,
          "is a psql command (\\" + text.substring(0, Math.min(40, text.length())) + ")",
          "Ferry executes nothing and went on behind it");
    }
  }

  private void statement(String text) throws IOException {
    var copy = CopyHeader.parse(text);
    if (copy.isPresent()) {
      dump = true;
      complete = false;
      table(copy.get());
      return;
    }
    CopyHeader.insertTarget(text).flatMap(SynapseTable::named).ifPresent(this::refuseInserts);
    Matcher encoding = ENCODING.matcher(text);
    if (encoding.matches() && !encoding.group(1).toUpperCase(Locale.ROOT).matches("UTF-?8")) {
      throw new SourceException(
          file.label()
              + " is written in "
              + encoding.group(1)
              + ". Take the dump again with pg_dump -E UTF8.");
    }
  }

  private void refuseInserts(SynapseTable table) {
    throw new SourceException(
        file.label()
            + " holds its rows as INSERT statements (line "
            + window.line()
            + ", table "
            + table.dumpName()
            + "), which Ferry does not read yet. Take the dump again without --inserts and"
            + " --column-inserts; it also becomes smaller and faster.");
  }

  private void table(CopyHeader copy) throws IOException {
    if (window.nextLine(false) == ByteWindow.Found.END) {
      throw cutOff();
    }
    boolean carriageReturns =
        window.end() > window.start() && window.bytes()[window.end() - 1] == '\r';
    lastTable = copy.table();
    SynapseTable table = wanted(copy);
    if (table == null) {
      skipRows();
    } else {
      takeRows(table, copy, carriageReturns);
    }
  }

  /** The table to take the rows for, or null where nobody needs them. */
  private @Nullable SynapseTable wanted(CopyHeader copy) {
    SynapseTable table = SynapseTable.named(copy.table()).orElse(null);
    if (table == null) {
      return null;
    }
    List<String> missing = RowPicker.missing(table, copy.columns());
    if (!copy.options().isEmpty() || !missing.isEmpty()) {
      String what =
          missing.isEmpty()
              ? "is in a form (" + copy.options() + ") that pg_dump does not write"
              : "has no column " + String.join(", ", missing);
      report(table.dumpName(), window.line() - 1, what, "the table was left out");
      return null;
    }
    checkHome(table, copy);
    found.add(table);
    return table;
  }

  /** One dump may hold several databases (pg_dumpall); two with Synapse's tables are a question. */
  private void checkHome(SynapseTable table, CopyHeader copy) {
    String here = database + " " + copy.schema();
    if (home == null) {
      home = here;
    } else if (!home.equals(here)) {
      throw new SourceException(
          file.label()
              + " holds table "
              + table.dumpName()
              + " in two databases or schemas ("
              + home.strip()
              + " and "
              + here.strip()
              + "). Take a pg_dump of Synapse's database alone.");
    }
  }

  private void skipRows() throws IOException {
    while (window.nextLine(false) != ByteWindow.Found.END) {
      if (isEnd()) {
        return;
      }
    }
    throw cutOff();
  }

  private void takeRows(SynapseTable table, CopyHeader copy, boolean carriageReturns)
      throws IOException {
    RowPicker picker = new RowPicker(table, copy.columns());
    batch.truncate(0);
    try (Staging.RowWriter rows = staging.write(table, picker.staged())) {
      while (true) {
        long line = window.line();
        switch (window.nextLine(true)) {
          case END -> throw cutOff();
          case TOO_LONG ->
              report(table.dumpName(), line, "is longer than 16 MiB", "the row was left out");
          case LINE -> {
            if (isEnd()) {
              flush(rows);
              return;
            }
            take(table, picker, line, carriageReturns);
            if (batch.size() >= BATCH) {
              flush(rows);
            }
          }
        }
      }
    }
  }

  private void take(SynapseTable table, RowPicker picker, long line, boolean carriageReturns) {
    byte[] b = window.bytes();
    int to = window.end();
    if (carriageReturns && to > window.start() && b[to - 1] == '\r') {
      to--;
    }
    String wrong = picker.pick(b, window.start(), to, batch);
    if (wrong != null) {
      report(table.dumpName(), line, wrong, "the row was left out and the rest was read");
    }
  }

  private void flush(Staging.RowWriter rows) {
    rows.rows(batch.bytes(), 0, batch.size());
    batch.reset(BATCH + (1 << 16));
  }

  /** True where the line is the end mark of the data. */
  private boolean isEnd() {
    int length = window.end() - window.start();
    byte[] b = window.bytes();
    return (length == 2 || (length == 3 && b[window.start() + 2] == '\r'))
        && b[window.start()] == CopyText.BACKSLASH
        && b[window.start() + 1] == '.';
  }

  private SourceException cutOff() {
    return new SourceException(
        file.label()
            + " ends in the middle of table "
            + lastTable
            + ", in line "
            + window.line()
            + ": the dump was cut off. Nothing was taken over."
            + " Take it again and see that pg_dump ends without an error.");
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
    Set<SynapseTable> missing = EnumSet.copyOf(NEEDED);
    missing.removeAll(found);
    if (!missing.isEmpty()) {
      throw new SourceException(
          file.label()
              + " is a dump of PostgreSQL, but not of a Synapse with its data: there is no data for "
              + String.join(", ", missing.stream().map(SynapseTable::dumpName).toList())
              + ". Dump Synapse's own database, whole: without -t, -T or --schema-only.");
    }
  }

  private void report(String sort, long line, String what, String remedy) {
    problems.add(sort, new Problem(file.label() + ":" + line + ", table " + sort, what, remedy));
  }
}
