package org.ferry.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.ferry.testing.DumpTables.Table;
import org.ferry.testing.crossing.Sample;

/**
 * The shipped sample as it would be had its one long room gone silent after 96 of its 400 messages:
 * 411 events instead of 715, of every kind that the whole has. For tests that carry all of a dump
 * again and again, and look at something else than its length.
 */
public final class ShortSample {
  private static final String LONG_ROOM = Sample.facts().room("bulk");

  /** Of the room's events; what is deeper is left out. */
  private static final long LAST_DEPTH = 37;

  private static final class Holder {
    static final Path DUMP = write();
  }

  private ShortSample() {}

  /** The dump, written once for each JVM. */
  public static Path dump() {
    return Holder.DUMP;
  }

  private static Path write() {
    Path file = Folders.own("short-sample").resolve("synapse.sql.gz").toAbsolutePath();
    try {
      Files.createDirectories(file.getParent());
      try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
        out.write(shortened().text().getBytes(StandardCharsets.UTF_8));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DumpTables shortened() {
    DumpTables dump = DumpTables.sample();
    Table events = dump.table("events");
    Set<String> later = new HashSet<>();
    Set<String> last = new HashSet<>();
    for (String[] row : events.rows()) {
      long depth = Long.parseLong(events.get(row, "depth"));
      if (events.get(row, "room_id").equals(LONG_ROOM) && depth >= LAST_DEPTH) {
        boolean unused = (depth > LAST_DEPTH ? later : last).add(events.get(row, "event_id"));
      }
    }
    for (Table table : dump.tables().values()) {
      for (String column : List.of("event_id", "prev_event_id")) {
        if (table.columns().contains(column)) {
          boolean unused = table.rows().removeIf(row -> later.contains(table.get(row, column)));
        }
      }
    }
    for (String id : last) {
      boolean unused =
          dump.table("event_forward_extremities").rows().add(new String[] {id, LONG_ROOM});
    }
    return dump;
  }
}
