package org.ferry.migrate.plan;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ferry.id.UserId;
import org.ferry.migrate.MigrateOptions;
import org.jspecify.annotations.Nullable;

/**
 * The list of who becomes whom: CSV with a header that names at least {@code old_id} and {@code
 * new_id}; other columns are left alone, rows without a new id say nothing.
 */
public final class MapFile {
  private static final long LARGEST = 64L << 20;
  private static final String OWN_NAME = "people.csv";

  private final String label;
  private final List<String> problems = new ArrayList<>();
  private final Map<UserId, UserId> map = new HashMap<>();
  private final Map<UserId, Integer> lines = new HashMap<>();

  private MapFile(String label) {
    this.label = label;
  }

  /**
   * What the map file and the overrides say together; overrides win.
   *
   * @param identities the configuration's part
   * @return new ids by old ids
   * @throws PlanException with every problem of the file
   */
  public static Map<UserId, UserId> all(MigrateOptions.Identities identities) {
    Map<UserId, UserId> all = new HashMap<>();
    Path file = file(identities);
    if (file != null) {
      all.putAll(PeopleList.required(file).targets());
    }
    all.putAll(identities.overrides());
    return all;
  }

  /**
   * The same, without what Ferry itself had written into the file: a list that {@code plan} made is
   * read back for what a person changed in it.
   *
   * @param identities the configuration's part
   * @param earlier the plan that was made with the list, null where there is none
   * @param domain the destination's server name
   * @return new ids by old ids
   * @throws PlanException with every problem of the file
   */
  public static Map<UserId, UserId> byHand(
      MigrateOptions.Identities identities, @Nullable Draft earlier, String domain) {
    Map<UserId, UserId> all = new HashMap<>();
    Path file = file(identities);
    if (file != null) {
      PeopleList list = PeopleList.required(file);
      all.putAll(
          earlier == null
              ? list.byHand(identities.usernameTemplate(), domain).targets()
              : list.handMade(earlier));
    }
    all.putAll(identities.overrides());
    return all;
  }

  /** The list that plan itself writes is not there before the first plan: null then. */
  private static @Nullable Path file(MigrateOptions.Identities identities) {
    Path file = identities.mapFile();
    boolean toBeMade = file != null && file.endsWith(OWN_NAME) && !Files.exists(file);
    return toBeMade ? null : file;
  }

  /**
   * Reads a file.
   *
   * @param file UTF-8, at most 64 MB
   * @return new ids by old ids
   * @throws PlanException with every problem, each with its line
   */
  public static Map<UserId, UserId> read(Path file) {
    return parse(file.toString(), rows(file));
  }

  static List<Csv.Row> rows(Path file) {
    String name = file.toString();
    try {
      if (Files.size(file) > LARGEST) {
        throw new PlanException(List.of(name + ": larger than 64 MB; is it the right file?"));
      }
      return Csv.read(Files.readString(file));
    } catch (CharacterCodingException e) {
      throw new PlanException(List.of(name + ": is not UTF-8; save it as \"CSV UTF-8\""));
    } catch (IOException e) {
      throw new PlanException(
          List.of(
              name
                  + ": cannot be read ("
                  + e.getMessage()
                  + "); correct identities.map_file in the configuration"));
    }
  }

  static Map<UserId, UserId> parse(String label, String text) {
    return parse(label, Csv.read(text));
  }

  static Map<UserId, UserId> parse(String label, List<Csv.Row> rows) {
    MapFile file = new MapFile(label);
    file.rows(rows);
    if (!file.problems.isEmpty()) {
      throw new PlanException(file.problems);
    }
    return file.map;
  }

  private void rows(List<Csv.Row> rows) {
    List<String> header =
        rows.isEmpty()
            ? List.of()
            : rows.getFirst().fields().stream()
                .map(f -> f.strip().toLowerCase(Locale.ROOT))
                .toList();
    int old = header.indexOf("old_id");
    int target = header.indexOf("new_id");
    if (old < 0 || target < 0) {
      problem(1, "the first line must name the columns, old_id and new_id among them");
      return;
    }
    rows.subList(1, rows.size()).forEach(row -> row(row, old, target));
  }

  private void row(Csv.Row row, int old, int target) {
    if (!row.closed()) {
      problem(row.line(), "a quotation mark is never closed; close it or write it twice");
      return;
    }
    UserId oldId = id(row, old, "old_id");
    if (field(row, target).isEmpty() || oldId == null) {
      return;
    }
    UserId newId = id(row, target, "new_id");
    if (newId == null) {
      return;
    }
    UserId before = map.put(oldId, newId);
    Integer line = lines.put(oldId, row.line());
    if (before != null && line != null && !before.equals(newId)) {
      problem(row.line(), oldId + " is " + before + " in line " + line + "; keep one of the two");
    }
  }

  private @Nullable UserId id(Csv.Row row, int column, String name) {
    String value = field(row, column);
    if (!UserId.isValid(value)) {
      problem(
          row.line(),
          name + " is \"" + Names.shown(value) + "\"; a user id looks like @name:example.org");
      return null;
    }
    return new UserId(value);
  }

  private static String field(Csv.Row row, int column) {
    return column < row.fields().size() ? row.fields().get(column).strip() : "";
  }

  private void problem(int line, String what) {
    problems.add(label + ":" + line + ": " + what);
  }
}
