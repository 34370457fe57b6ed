package org.ferry.migrate.plan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.model.WayIn;
import org.jspecify.annotations.Nullable;

/**
 * A list of people as it was found on the disk: written by an earlier {@code plan}, edited by a
 * person, or wholly made by hand.
 *
 * @param targets new ids by old ids, for lines that name one
 * @param columns the columns that are not Ferry's, as the header writes them
 * @param lines what each line says beyond the new id, by old id and column
 */
public record PeopleList(
    Map<UserId, UserId> targets, List<String> columns, Map<UserId, Map<String, String>> lines) {
  /** What {@code way_in} says of accounts that Ferry makes. */
  private static final Set<String> WAYS =
      Set.of(WayIn.EMAIL, WayIn.SSO, WayIn.EMAIL + " " + WayIn.SSO, "password", "none");

  /** The columns that {@code plan} writes. */
  static final List<String> OWN = List.of("old_id", "new_id", "email", "state", "way_in");

  /**
   * Reads a list.
   *
   * @param file the list; may not exist
   * @return what it says, nothing where there is none
   * @throws PlanException with every problem, each with its line
   */
  public static PeopleList read(Path file) {
    return Files.exists(file) ? required(file) : new PeopleList(Map.of(), List.of(), Map.of());
  }

  static PeopleList required(Path file) {
    List<Csv.Row> rows = MapFile.rows(file);
    Map<UserId, UserId> targets = MapFile.parse(file.toString(), rows);
    List<String> header = rows.getFirst().fields().stream().map(String::strip).toList();
    List<String> names = header.stream().map(h -> h.toLowerCase(Locale.ROOT)).toList();
    Map<UserId, Map<String, String>> lines = new LinkedHashMap<>();
    for (Csv.Row row : rows.subList(1, rows.size())) {
      Map<String, String> line = new HashMap<>();
      for (int i = 0; i < Math.min(names.size(), row.fields().size()); i++) {
        line.put(OWN.contains(names.get(i)) ? names.get(i) : header.get(i), row.fields().get(i));
      }
      String id = line.getOrDefault("old_id", "").strip();
      if (UserId.isValid(id)) {
        lines.put(new UserId(id), line);
      }
    }
    List<String> more =
        header.stream().filter(h -> !OWN.contains(h.toLowerCase(Locale.ROOT))).toList();
    return new PeopleList(targets, more, lines);
  }

  /**
   * The lines that a person wrote or changed.
   *
   * @param earlier the plan that was written together with the list
   * @return new ids by old ids
   */
  Map<UserId, UserId> handMade(Draft earlier) {
    Map<UserId, PlanPerson> planned =
        earlier.plan().people().stream().collect(Collectors.toMap(PlanPerson::id, p -> p));
    Map<UserId, UserId> made = new HashMap<>(targets);
    made.entrySet()
        .removeIf(e -> {
          PlanPerson line = planned.get(e.getKey());
          return line != null && isOwn(earlier, line, e.getValue());
        });
    return made;
  }

  /**
   * Counts the lines that a person made and that a plan does not follow, because the list is not
   * the configuration's {@code identities.map_file}.
   *
   * @param plan the plan that is written now
   * @param earlier the plan that was written together with the list, null where there is none
   * @return how many
   */
  public long unfollowed(Plan plan, @Nullable Draft earlier) {
    Map<UserId, UserId> made = earlier == null ? targets : handMade(earlier);
    long count = 0;
    for (PlanPerson person : plan.people()) {
      UserId wanted = made.get(person.id());
      if (wanted != null
          && wanted.server().equals(plan.domain())
          && !wanted.equals(person.target())) {
        count++;
      }
    }
    return count;
  }

  /**
   * The same without the new ids that Ferry wrote itself and nobody changed; what such lines say in
   * other columns stays. They are told by their ids, for no plan need lie beside a list any more,
   * and it may be one of another source's.
   *
   * @param usernameTemplate that of the ghosts
   * @param domain the destination's server name
   */
  public PeopleList byHand(String usernameTemplate, String domain) {
    Ghosts ghosts = new Ghosts(usernameTemplate, "", domain);
    Ghosts accounts = new Ghosts("{localpart}", "", domain);
    Map<UserId, UserId> others = new HashMap<>(targets);
    others
        .entrySet()
        .removeIf(e -> {
          String wayIn = field(e.getKey(), "way_in");
          boolean written =
              !field(e.getKey(), "state").isEmpty()
                  && more(e.getKey()).stream().allMatch(String::isBlank);
          Ghosts naming = wayIn.equals("ghost") ? ghosts : WAYS.contains(wayIn) ? accounts : null;
          return written && naming != null && naming.isUsual(e.getKey(), e.getValue());
        });
    return new PeopleList(others, columns, lines);
  }

  /** The lines of people whom a plan does not know: those that stay, or those that do not. */
  public List<UserId> unknown(Plan plan, boolean stay) {
    Set<UserId> planned = plan.people().stream().map(PlanPerson::id).collect(Collectors.toSet());
    return lines.keySet().stream()
        .filter(id -> !planned.contains(id) && targets.containsKey(id) == stay)
        .sorted()
        .toList();
  }

  /** True where the id in the list is what Ferry proposed, even if the plan was edited. */
  private boolean isOwn(Draft earlier, PlanPerson line, UserId listed) {
    String mark = earlier.marks().get(line.id().value());
    return proposals(field(line.id(), "way_in")).stream()
        .map(a -> new PlanPerson(line.id(), line.name(), a, listed, line.reason()))
        .anyMatch(p ->
            (p.action() == line.action() && listed.equals(line.target()))
                || Objects.equals(mark, Marks.of(p)));
  }

  /** What Ferry may have proposed for a line in which it wrote how the person gets in. */
  private static List<PersonAction> proposals(String wayIn) {
    if (wayIn.equals("ghost")) {
      return List.of(PersonAction.GHOST);
    }
    return WAYS.contains(wayIn) ? List.of(PersonAction.ACCOUNT, PersonAction.CONFLICT) : List.of();
  }

  /** What a line says in a column, stripped; empty where it says nothing. */
  String field(UserId id, String column) {
    return lines.getOrDefault(id, Map.of()).getOrDefault(column, "").strip();
  }

  /** What a line says in the columns that are not Ferry's. */
  List<String> more(UserId id) {
    List<String> fields = new ArrayList<>();
    columns.forEach(c -> fields.add(lines.getOrDefault(id, Map.of()).getOrDefault(c, "")));
    return fields;
  }
}
