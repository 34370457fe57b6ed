package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.ferry.id.UserId;

/**
 * Reads {@code map_file}: a CSV whose first line names columns, {@code old_id} and {@code new_id}
 * among them. A line without a new id says nothing; {@code plan} writes such lines.
 */
final class PeopleMap {
  private final Path file;
  private final List<Problem> problems;
  private final Map<UserId, UserId> people = new LinkedHashMap<>();

  private PeopleMap(Path file, List<Problem> problems) {
    this.file = file;
    this.problems = problems;
  }

  /**
   * Reads a file.
   *
   * @param problems takes what is wrong with it, each with its line
   * @return old ids with new ones
   * @throws IOException where it cannot be read
   */
  static Map<UserId, UserId> read(Path file, List<Problem> problems) throws IOException {
    PeopleMap map = new PeopleMap(file, problems);
    map.lines(Files.readAllLines(file));
    return map.people;
  }

  private void lines(List<String> lines) {
    List<String> head =
        lines.isEmpty()
            ? List.of()
            : cells(lines.getFirst().replace("\uFEFF", "")).stream()
                .map(c -> c.toLowerCase(Locale.ROOT))
                .toList();
    int oldColumn = head.indexOf("old_id");
    int newColumn = head.indexOf("new_id");
    if (oldColumn < 0 || newColumn < 0) {
      problem(1, "the first line must name the columns old_id,new_id; it names " + head);
      return;
    }
    for (int i = 1; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        List<String> cells = cells(lines.get(i));
        line(i + 1, at(cells, oldColumn), at(cells, newColumn));
      }
    }
  }

  private void line(int line, String old, String target) {
    if (target.isEmpty()) {
      return;
    }
    if (!UserId.isValid(old) || !UserId.isValid(target)) {
      String wrong = UserId.isValid(old) ? target : old;
      problem(line, "\"" + wrong + "\" is not a user id such as @alice:example.org");
      return;
    }
    if (people.put(new UserId(old), new UserId(target)) != null) {
      problem(line, old + " has a line already");
    }
  }

  private void problem(int line, String text) {
    problems.add(new Problem(file.toString(), line, "", text));
  }

  private static String at(List<String> cells, int column) {
    return column < cells.size() ? cells.get(column) : "";
  }

  /** The cells of one line; a quoted cell may hold commas and doubled quotes. */
  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString().strip());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString().strip());
    return cells;
  }
}
