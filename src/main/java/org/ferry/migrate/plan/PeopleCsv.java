package org.ferry.migrate.plan;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * What {@code people.csv} says: who becomes whom. The same file, edited, serves as {@code
 * identities.map_file}.
 */
public final class PeopleCsv {
  private PeopleCsv() {}

  /**
   * Writes the list.
   *
   * @param plan the plan
   * @param people who has an account on the source; others are {@code remote}
   * @return RFC 4180 text with the header {@code old_id,new_id,email,state,way_in}; without a new
   *     id where the plan skips somebody
   */
  public static String render(Plan plan, List<Person> people) {
    Map<UserId, Person> accounts =
        people.stream().collect(Collectors.toMap(Person::id, Function.identity()));
    StringBuilder out = new StringBuilder();
    out.append(Csv.write("old_id", "new_id", "email", "state", "way_in"));
    for (PlanPerson line : plan.people()) {
      UserId target = line.target();
      out.append(
          Csv.write(
              line.id().value(),
              target == null ? "" : target.value(),
              "",
              state(accounts.get(line.id())),
              wayIn(line)));
    }
    return out.toString();
  }

  private static String wayIn(PlanPerson line) {
    return switch (line.action()) {
      case GHOST -> "ghost";
      case MAP -> "account";
      case SKIP -> "none";
    };
  }

  private static String state(@Nullable Person person) {
    if (person == null) {
      return "remote";
    }
    if (person.deactivated()) {
      return "deactivated";
    }
    if (person.bridged()) {
      return "bridged";
    }
    return person.guest() ? "guest" : "active";
  }
}
