package org.ferry.source.synapse;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.source.ProblemLog;

/** Reads from a dump what one person's server-side key backup needs, and nothing else. */
public final class BackupReader {
  private BackupReader() {}

  /**
   * What a dump holds of a person's backups.
   *
   * @param accountData the person's global account data: type and JSON
   * @param versions their backups, the newest last
   * @param entries the keys in them, encrypted
   */
  public record Backups(
      Map<String, String> accountData, List<Version> versions, List<Entry> entries) {}

  /**
   * A backup.
   *
   * @param number its version
   * @param algorithm how it is encrypted
   * @param authData JSON that says for which key
   */
  public record Version(long number, String algorithm, String authData) {}

  /**
   * A key in a backup.
   *
   * @param version the backup's
   * @param room the room's id
   * @param session the session's id
   * @param data JSON that the backup's key opens
   */
  public record Entry(long version, String room, String session, String data) {}

  /**
   * Reads a dump once.
   *
   * @param source a path, or {@code -} for standard input
   * @param standardInput what {@code -} reads
   * @param user whose backup
   * @param progress told how far the reading is
   * @param around what the reading needs
   * @return what there is; empty lists where there is nothing of this person
   * @throws org.ferry.source.SourceException where it is no dump
   */
  public static Backups read(
      String source,
      InputStream standardInput,
      UserId user,
      LoadProgress progress,
      Surroundings around) {
    ProblemLog problems = new ProblemLog();
    try (DumpFile file = DumpFile.open(source, standardInput, progress, around);
        Collecting rows = new Collecting(user.value())) {
      if (file.isSqlite()) {
        var unused = SmallServer.load(file, source, rows, problems, around);
      } else {
        new DumpLoader(file, rows, problems).load();
      }
      return rows.backups();
    } catch (IOException e) {
      throw DumpFile.failure(source, "at its end", e);
    }
  }

  /** Keeps one person's rows of three tables. */
  private static final class Collecting implements Staging {
    private final String user;
    private final Map<String, String> accountData = new HashMap<>();
    private final List<Version> versions = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    Collecting(String user) {
      this.user = user;
    }

    Backups backups() {
      versions.sort(java.util.Comparator.comparingLong(Version::number));
      return new Backups(Map.copyOf(accountData), List.copyOf(versions), List.copyOf(entries));
    }

    /** All: what is there tells a Synapse's database from others. */
    @Override
    public boolean takes(SynapseTable table) {
      return true;
    }

    @Override
    public RowWriter write(SynapseTable table, List<String> columns) {
      boolean kept = table.isKeyBackup() || table == SynapseTable.ACCOUNT_DATA;
      return new RowWriter() {
        @Override
        public void rows(byte[] bytes, int offset, int length) {
          if (kept) {
            split(bytes, offset, offset + length, row -> take(table, named(columns, row)));
          }
        }

        @Override
        public void close() {
          // Nothing was opened.
        }
      };
    }

    private static Map<String, String> named(List<String> columns, List<String> row) {
      Map<String, String> values = new HashMap<>();
      for (int i = 0; i < Math.min(columns.size(), row.size()); i++) {
        values.put(columns.get(i), row.get(i));
      }
      return values;
    }

    private void take(SynapseTable table, Map<String, String> row) {
      if (!user.equals(row.get("user_id")) || row.getOrDefault("deleted", "0").equals("1")) {
        return;
      }
      if (table == SynapseTable.ACCOUNT_DATA) {
        accountData.put(text(row, "account_data_type"), text(row, "content"));
      } else if (table == SynapseTable.E2E_ROOM_KEYS) {
        entries.add(
            new Entry(
                number(row),
                text(row, "room_id"),
                text(row, "session_id"),
                text(row, "session_data")));
      } else {
        versions.add(new Version(number(row), text(row, "algorithm"), text(row, "auth_data")));
      }
    }

    private static String text(Map<String, String> row, String column) {
      return row.getOrDefault(column, "");
    }

    private static long number(Map<String, String> row) {
      String digits = text(row, "version");
      return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : -1;
    }

    private static void split(
        byte[] bytes, int from, int to, java.util.function.Consumer<List<String>> each) {
      int start = from;
      while (start < to) {
        int end = CopyText.indexOf(bytes, start, to, (byte) '\n');
        int last = end < 0 ? to : end;
        each.accept(values(bytes, start, last));
        start = last + 1;
      }
    }

    private static List<String> values(byte[] bytes, int from, int to) {
      List<String> values = new ArrayList<>();
      int start = from;
      while (start <= to) {
        int tab = CopyText.indexOf(bytes, start, to, CopyText.TAB);
        int end = tab < 0 ? to : tab;
        ByteSink value = new ByteSink(end - start + 1);
        if (!CopyText.isNull(bytes, start, end)) {
          CopyText.unescape(bytes, start, end, value);
        }
        values.add(value.toString());
        start = end + 1;
      }
      return values;
    }

    @Override
    public void clear() {
      accountData.clear();
      versions.clear();
      entries.clear();
    }

    @Override
    public List<String> seal() {
      return List.of();
    }

    @Override
    public Stream<StagedRow> read(StagedView view) {
      return Stream.empty();
    }

    @Override
    public void close() {
      // What was collected has been handed out.
    }
  }
}
