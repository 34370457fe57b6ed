package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final WaysIn ways;
  private final PeopleList before;
  private final Map<UserId, UserId> kept;
  private final Map<UserId, Person> accounts;

  private PeopleCsv(PeopleList before, @Nullable Draft earlier, List<Person> people, WaysIn ways) {
    this.ways = ways;
    this.before = before;
    this.kept = earlier == null ? before.targets() : before.handMade(earlier);
    this.accounts = people.stream().collect(Collectors.toMap(Person::id, Function.identity()));
  }

  /**
   * Writes the list.
   *
   * @param plan the plan
   * @param people who has an account on the source; others are {@code remote}
   * @param before the list as it stands: lines that a person made, e-mail addresses and further
   *     columns stay
   * @param earlier the plan that was written together with that list, null where there is none
   * @param ways how people are reached and get in
   * @return RFC 4180 text with the header {@code old_id,new_id,email,state,way_in}; without a new
   *     id where the plan skips somebody
   */
  public static String render(
      Plan plan, List<Person> people, PeopleList before, @Nullable Draft earlier, WaysIn ways) {
    return new PeopleCsv(before, earlier, people, ways).render(plan);
  }

  private String render(Plan plan) {
    StringBuilder out = new StringBuilder();
    List<String> header = new ArrayList<>(PeopleList.OWN);
    header.addAll(before.columns());
    out.append(Csv.write(header.toArray(String[]::new)));
    Set<UserId> written = new HashSet<>();
    for (PlanPerson line : plan.people()) {
      boolean unusedNew = written.add(line.id());
      UserId target = kept.getOrDefault(line.id(), line.target());
      boolean followed = target == null || target.equals(line.target());
      String wayIn = followed ? wayIn(line) : before.field(line.id(), "way_in");
      out.append(row(line.id(), target, wayIn));
    }
    kept.forEach((id, target) -> {
      if (!written.contains(id)) {
        out.append(row(id, target, before.field(id, "way_in")));
      }
    });
    return out.toString();
  }

  private String row(UserId id, @Nullable UserId target, String wayIn) {
    List<String> fields = new ArrayList<>();
    fields.add(id.value());
    fields.add(target == null ? "" : target.value());
    String email = before.field(id, "email");
    fields.add(email.isEmpty() ? ways.email(id) : email);
    fields.add(state(accounts.get(id)));
    fields.add(wayIn);
    fields.addAll(before.more(id));
    return Csv.write(fields.toArray(String[]::new));
  }

  private String wayIn(PlanPerson line) {
    return switch (line.action()) {
      case GHOST -> "ghost";
      case MAP -> "account";
      case ACCOUNT -> ways.into(line.id(), accounts.get(line.id()));
      case SKIP, CONFLICT -> "none";
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
