package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.ferry.id.Sha256;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.SmallDatabase.Access;
import org.ferry.source.synapse.SynapseDump.Stamp;

/**
 * Reads the SQLite database of a small server. The file that a person named is never written to:
 * where a write-ahead log or journal lies beside it, both are copied and the copy is put in order.
 */
final class SmallServer {
  private static final int LONGEST = 16 << 20;
  private static final int WAL_MARK = 18;

  private final String label;
  private final Staging staging;
  private final ProblemLog problems;

  private SmallServer(String label, Staging staging, ProblemLog problems) {
    this.label = label;
    this.staging = staging;
    this.problems = problems;
  }

  /**
   * Reads a database into a staging.
   *
   * @param file the opened file; its content may be taken
   * @param source the path it was named by, {@code "-"} for standard input
   * @return what wrote it, and its fingerprint
   */
  static Stamp load(
      DumpFile file, String source, Staging staging, ProblemLog problems, Surroundings around)
      throws IOException {
    SmallServer reader = new SmallServer(file.label(), staging, problems);
    if (file.isPacked() || source.equals("-")) {
      try (Scratch scratch = Scratch.make(around.scratch())) {
        Path copy = scratch.take(file.content(), "database");
        String fingerprint = file.fingerprint();
        reader.read(around, copy, Access.STILL);
        return new Stamp("SQLite", fingerprint);
      }
    }
    return new Stamp("SQLite", reader.inPlace(file, Path.of(source), around));
  }

  /** Reads a database where it lies, or a copy where it is not in order. */
  private String inPlace(DumpFile file, Path path, Surroundings around) throws IOException {
    List<Path> beside = beside(path);
    List<Path> all = new ArrayList<>(List.of(path));
    all.addAll(beside);
    List<String> before = states(all);
    String fingerprint = file.fingerprint();
    if (beside.isEmpty()) {
      read(around, path, isWal(path) ? Access.STILL : Access.SHARED);
    } else {
      try (Scratch scratch = Scratch.make(around.scratch())) {
        Path copy = scratch.copy(path, "database");
        for (Path companion : beside) {
          String end = companion.toString().substring(path.toString().length());
          fingerprint = mixed(fingerprint, scratch.copy(companion, "database" + end));
        }
        read(around, copy, Access.OURS);
      }
    }
    if (!states(all).equals(before) || !beside(path).equals(beside)) {
      throw new SourceException(
          label
              + " was written to while Ferry read it, so that its rows may not fit together."
              + " Nothing was taken over. Stop Synapse first, or make a copy that is of one moment:"
              + " sqlite3 "
              + path.getFileName()
              + " \".backup copy.db\"");
    }
    return fingerprint;
  }

  /** What SQLite needs besides the database: a log or a journal that is not empty. */
  private static List<Path> beside(Path path) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String end : List.of("-wal", "-journal")) {
      Path companion = path.resolveSibling(path.getFileName() + end);
      if (Files.isRegularFile(companion) && Files.size(companion) > 0) {
        found.add(companion);
      }
    }
    return found;
  }

  private static List<String> states(List<Path> files) throws IOException {
    List<String> states = new ArrayList<>();
    for (Path file : files) {
      FileTime changed = Files.getLastModifiedTime(file);
      states.add(Files.size(file) + " " + changed);
    }
    return states;
  }

  /**
   * True where the database works with a write-ahead log: reading it would make files beside it.
   */
  private static boolean isWal(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(WAL_MARK + 1);
      return head.length > WAL_MARK && head[WAL_MARK] == 2;
    }
  }

  private static String mixed(String fingerprint, Path companion) throws IOException {
    try (InputStream in = Files.newInputStream(companion)) {
      MessageDigest hash = Sha256.digest();
      hash.update(fingerprint.getBytes(StandardCharsets.US_ASCII));
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        hash.update(block, 0, n);
      }
      return HexFormat.of().formatHex(hash.digest());
    }
  }

  private void read(Surroundings around, Path path, Access access) {
    try (SmallDatabase database = around.sqlite().open(path, access, label);
        TableRows rows = new TableRows(label, staging, problems)) {
      for (SynapseTable table : SynapseTable.values()) {
        if (staging.takes(table)) {
          read(database, table, rows);
        }
      }
      rows.end();
    }
  }

  private void read(SmallDatabase database, SynapseTable table, TableRows rows) {
    List<String> present = database.columns(table.dumpName());
    List<String> missing = RowPicker.missing(table, present);
    if (!missing.isEmpty()) {
      leaveOut(table, present.isEmpty() ? "is not there" : "has no column " + missing);
      return;
    }
    List<String> columns =
        table.read().stream().map(Column::name).filter(present::contains).toList();
    rows.begin(table, columns);
    ByteSink row = new ByteSink(1 << 14);
    long[] count = {0};
    database.read(
        table.dumpName(),
        columns,
        LONGEST,
        values -> {
          count[0]++;
          row.reset(1 << 14);
          if (write(values, row)) {
            rows.take(row.bytes(), 0, row.size(), count[0]);
          } else {
            rows.leaveOut(count[0], "is longer than 16 MiB");
          }
        });
  }

  private void leaveOut(SynapseTable table, String what) {
    if (Home.NEEDED.contains(table)) {
      throw new SourceException(
          label
              + " is an SQLite database, but not of a Synapse with its data: table "
              + table.dumpName()
              + " "
              + what
              + ". Give Ferry the file that database.args.database in homeserver.yaml names.");
    }
    if (!what.equals("is not there")) {
      problems.add(
          table.dumpName(),
          new Problem(label + ", table " + table.dumpName(), what, "the table was left out"));
    }
  }

  /** Writes values as a row of COPY's text format; false where it is longer than any may be. */
  private static boolean write(byte[][] values, ByteSink row) {
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        row.put(CopyText.TAB);
      }
      byte[] value = values[i];
      if (value == null) {
        row.putAscii("\\N");
      } else if (row.size() + value.length > LONGEST) {
        return false;
      } else {
        CopyText.escape(value, 0, value.length, row);
      }
    }
    return true;
  }
}
