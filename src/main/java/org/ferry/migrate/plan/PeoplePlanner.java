package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.model.Person;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of each person. */
final class PeoplePlanner {
  /** Somebody; {@code account} where they get an account of their own. */
  private record Who(@Nullable String name, String what, boolean account) {}

  private final Facts facts;
  private final Ghosts ghosts;
  private final Ghosts accounts;

  PeoplePlanner(Facts facts) {
    this.facts = facts;
    this.ghosts =
        new Ghosts(
            facts.options().identities().usernameTemplate(),
            facts.source().info().server(),
            facts.domain());
    this.accounts = new Ghosts("{localpart}", facts.source().info().server(), facts.domain());
  }

  /**
   * Decides.
   *
   * @param carried the rooms that are carried: strangers in others are left out
   * @return a line for everybody, ordered by old id
   */
  List<PlanPerson> people(Set<RoomId> carried) {
    Map<UserId, Who> all = new TreeMap<>();
    for (Stranger stranger : facts.strangers().apply(carried)) {
      all.put(stranger.id(), new Who(shownName(stranger), "of " + stranger.id().server(), false));
    }
    for (Person person : facts.people()) {
      all.put(person.id(), new Who(person.displayName(), what(person), getsAccount(person)));
    }
    refuseUnknown(all.keySet());
    Map<UserId, UserId> ids = ids(all);
    List<PlanPerson> lines = new ArrayList<>();
    all.forEach((id, who) -> lines.add(line(id, who, ids)));
    return lines;
  }

  /** Accounts choose before ghosts: an account is what somebody types. */
  private Map<UserId, UserId> ids(Map<UserId, Who> all) {
    Map<UserId, UserId> fixed = fixed(all);
    List<UserId> own = all.keySet().stream().filter(id -> isAccount(all, id)).toList();
    List<UserId> others = all.keySet().stream().filter(id -> !isAccount(all, id)).toList();
    UserId bot = facts.options().bot();
    Map<UserId, UserId> ids = new HashMap<>(accounts.assign(own, fixed, List.of(bot)));
    ids.putAll(ghosts.assign(others, ids, List.of(bot)));
    return ids;
  }

  private static boolean isAccount(Map<UserId, Who> all, UserId id) {
    Who who = all.get(id);
    return who != null && who.account();
  }

  /** Bridges write for their people and guests have no name to keep: nobody logs in to those. */
  private boolean getsAccount(Person person) {
    UserId listed = facts.mapped().get(person.id());
    return facts.options().identities().accounts()
        && !person.bridged()
        && !person.guest()
        && (listed == null || listed.server().equals(facts.domain()));
  }

  private static @Nullable String shownName(Stranger stranger) {
    String content = stranger.memberContent();
    try {
      return content == null ? null : Json.parseObject(content).path("displayname").textValue();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String what(Person person) {
    if (person.deactivated()) {
      return "deactivated account";
    }
    if (person.bridged()) {
      return "account of a bridge";
    }
    return person.guest() ? "guest" : "account";
  }

  private void refuseUnknown(Set<UserId> known) {
    List<String> unknown =
        facts.mapped().keySet().stream()
            .filter(id -> id.server().equals(facts.source().info().server()))
            .filter(id -> !known.contains(id))
            .sorted()
            .map(id ->
                id
                    + " is listed in identities.map_file or identities.overrides, but the source"
                    + " has no such account; correct the id or take the entry out")
            .toList();
    if (!unknown.isEmpty()) {
      throw new PlanException(unknown);
    }
  }

  /** Carried ones first, then what a person listed, then what an earlier plan said. */
  private Map<UserId, UserId> fixed(Map<UserId, Who> people) {
    Map<UserId, UserId> fixed = new HashMap<>();
    Set<UserId> used = new HashSet<>();
    facts
        .progress()
        .people()
        .keySet()
        .forEach(old ->
            carried(old)
                .ifPresent(row -> {
                  fixed.put(old, row.target());
                  used.add(row.target());
                }));
    facts
        .mapped()
        .forEach((old, target) -> {
          if (people.containsKey(old) && target.server().equals(facts.domain())) {
            if (fixed.putIfAbsent(old, target) == null) {
              used.add(target);
            }
          }
        });
    Plan previous = facts.previous();
    if (previous != null) {
      previous.people().stream()
          .filter(line -> !isAccount(people, line.id()))
          .forEach(line -> keep(line, fixed, used));
    }
    return fixed;
  }

  /** Who somebody was carried as; an id as which nothing was carried gives way to a listed one. */
  private Optional<CarriedPerson> carried(UserId id) {
    CarriedPerson row = facts.progress().people().get(id);
    UserId listed = facts.mapped().get(id);
    boolean otherwise =
        row != null
            && listed != null
            && listed.server().equals(facts.domain())
            && !listed.equals(row.target());
    return otherwise && !facts.progress().isFixed(id) ? Optional.empty() : Optional.ofNullable(row);
  }

  private void keep(PlanPerson line, Map<UserId, UserId> fixed, Set<UserId> used) {
    UserId target = line.target();
    if (target != null
        && line.action() == PersonAction.GHOST
        && !fixed.containsKey(line.id())
        && target.server().equals(facts.domain())
        && fitsTemplate(target)
        && used.add(target)) {
      fixed.put(line.id(), target);
    }
  }

  /** A template that was changed since the plan gives new ids to all who were not carried yet. */
  private boolean fitsTemplate(UserId target) {
    Template template = new Template(facts.options().identities().usernameTemplate());
    boolean open = template.prefix().isEmpty() && template.suffix().isEmpty();
    return open || ghosts.isInNamespace(target);
  }

  private PlanPerson line(UserId id, Who who, Map<UserId, UserId> ids) {
    String name =
        Names.shown(
            Ghosts.displayName(facts.options().identities().displaynameTemplate(), id, who.name()));
    UserId target = ids.get(id);
    UserId listed = facts.mapped().get(id);
    CarriedPerson carried = carried(id).orElse(null);
    if (carried != null) {
      return new PlanPerson(
          id, name, carriedAs(carried, listed), target, who.what() + "; carried already");
    }
    if (listed == null && who.account() && target != null) {
      return account(id, who, target);
    }
    if (listed == null) {
      return new PlanPerson(id, name, PersonAction.GHOST, target, who.what());
    }
    if (!listed.server().equals(facts.domain())) {
      String reason =
          "%s; listed as %s, which is on another server: a ghost in history, an invitation afterwards"
              .formatted(who.what(), listed);
      return new PlanPerson(id, name, PersonAction.GHOST, target, reason);
    }
    PersonAction action = ghosts.isInNamespace(listed) ? PersonAction.GHOST : PersonAction.MAP;
    return new PlanPerson(id, name, action, listed, who.what() + "; listed");
  }

  private PersonAction carriedAs(CarriedPerson row, @Nullable UserId listed) {
    UserId target = row.target();
    if (ghosts.isInNamespace(target)) {
      return PersonAction.GHOST;
    }
    if (row.isMapped() || target.equals(listed)) {
      return PersonAction.MAP;
    }
    return facts.options().identities().accounts() ? PersonAction.ACCOUNT : PersonAction.GHOST;
  }

  private PlanPerson account(UserId id, Who who, UserId target) {
    String shown = who.name();
    String name = Names.shown(shown == null || shown.isBlank() ? id.localpart() : shown);
    if (ghosts.isInNamespace(target)) {
      String reason =
          "%s would look like one of Ferry's ghosts; change identities.username_template, or give another target with action account"
              .formatted(target);
      return new PlanPerson(id, name, PersonAction.CONFLICT, target, reason);
    }
    String why =
        target.localpart().equals(id.localpart())
            ? ""
            : "; the name " + Names.shown(id.localpart()) + " is taken or not allowed there";
    return new PlanPerson(id, name, PersonAction.ACCOUNT, target, who.what() + why);
  }
}
