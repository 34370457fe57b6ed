package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.plan.ExistingAccounts;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.Progress;
import org.ferry.model.Person;
import org.ferry.model.WayIn;
import org.jspecify.annotations.Nullable;

/**
 * Makes ordinary accounts, and gives them the addresses and identities by which people got into
 * their old ones. No password is ever set: who gets in is for the addresses, the single sign-on or
 * an administrator to say. Safe for use by many threads.
 */
final class Accounts {
  private static final String DEACTIVATED = "the account was deactivated on the old server";
  private static final String ACCOUNT = "account";
  private static final String UNNAMED = "its name and picture are still to be set";
  private static final String NO_ADMIN =
      "only an administrator can give it to an account: set homeserver.admin in the configuration"
          + " and run ferry migrate again";

  private final Voyage voyage;
  private final Cast cast;
  private final Map<UserId, List<WayIn>> ways = new HashMap<>();
  private final Set<UserId> deactivated = new HashSet<>();

  Accounts(Voyage voyage, Cast cast) {
    this.voyage = voyage;
    this.cast = cast;
    if (voyage.options().identities().accounts()) {
      try (Stream<WayIn> all = voyage.sources().waysIn(voyage.source().id())) {
        all.forEach(w -> ways.computeIfAbsent(w.user(), u -> new ArrayList<>()).add(w));
      }
      try (Stream<Person> people = voyage.sources().people(voyage.source().id())) {
        people.filter(Person::deactivated).forEach(p -> deactivated.add(p.id()));
      }
    }
  }

  /**
   * Looks at accounts that are still to be made, before anything is written.
   *
   * @throws PlanException where one exists that Ferry did not make, with the names of all
   */
  void refuseTaken() {
    Progress progress = Progress.of(voyage.ledger(), voyage.crossing());
    Map<UserId, UserId> wanted = new HashMap<>();
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (person.action() == Plan.PersonAction.ACCOUNT
          && target != null
          && cast.row(target).filter(r -> !r.isMapped()).isEmpty()
          && !progress.made(person.id(), target)) {
        wanted.put(target, person.id());
      }
    }
    List<String> taken =
        new ExistingAccounts(voyage.homeserver(), voyage.admin(), voyage.options().bot())
            .among(wanted.keySet()).stream()
                .sorted()
                .map(t -> wanted.get(t) + ": " + ExistingAccounts.sentence(t))
                .toList();
    if (!taken.isEmpty()) {
      List<String> all = new ArrayList<>(taken);
      all.addFirst(
          "Some people need a decision; nothing was carried. Write the plan with ferry plan, edit it, and run ferry migrate again.");
      throw new PlanException(all);
    }
  }

  /**
   * Makes an account that the ledger says is intended; it may exist since a run that died, or since
   * a crossing into another Space. Its name is a setting like others, so that a rollback knows what
   * was there before.
   */
  void make(UserId target) {
    if (made(target).isPresent()) {
      return;
    }
    Optional<Setting> elsewhere =
        voyage.ledger().settings().elsewhere(voyage.id(), target).stream()
            .filter(Accounts::isMade)
            .findFirst();
    // Made again where it was made before, for the homeserver may be another one by now.
    create(target);
    note(target, elsewhere.isPresent() ? elsewhere.get().reason() : UNNAMED);
  }

  /**
   * True where Ferry made an account and did not come to give it its name and picture: what it has
   * is the homeserver's default.
   */
  boolean isUnnamed(UserId target) {
    return made(target).filter(s -> UNNAMED.equals(s.reason())).isPresent();
  }

  /** Notes that an account has its name and picture: from now on they are its owner's. */
  void named(UserId target) {
    if (isUnnamed(target)) {
      note(target, null);
    }
  }

  private Optional<Setting> made(UserId target) {
    return voyage.ledger().settings().of(voyage.id(), target).stream()
        .filter(Accounts::isMade)
        .findFirst();
  }

  private static boolean isMade(Setting row) {
    return row.kind().equals(ACCOUNT) && row.state() == State.CARRIED;
  }

  private void note(UserId target, @Nullable String reason) {
    Setting made = new Setting(target, ACCOUNT, "made", State.CARRIED, null, reason);
    voyage.ledger().settings().put(voyage.id(), made);
  }

  private void create(UserId target) {
    Admin admin = voyage.admin();
    if (admin != null) {
      try {
        ObjectNode unused = admin.putUser(target, Json.object());
        return;
      } catch (MatrixException e) {
        if (!e.isUnrecognized() && !e.is("M_INVALID_USERNAME")) {
          throw e;
        }
      }
    }
    boolean unusedNew = voyage.homeserver().as(target).register(target.localpart());
  }

  /**
   * Gives an account what its person got in by, as far as that can be.
   *
   * @return a sentence for each thing that failed
   */
  List<String> letIn(UserId old, UserId target) {
    List<WayIn> wanted = ways.getOrDefault(old, List.of());
    if (wanted.isEmpty()) {
      return List.of();
    }
    Map<String, Setting> rows = new HashMap<>();
    voyage
        .ledger()
        .settings()
        .of(voyage.id(), target)
        .forEach(r -> rows.put(r.kind() + " " + r.name(), r));
    List<WayIn> open = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (WayIn way : wanted) {
      Setting row = rows.get(way.kind() + " " + name(way));
      if (row == null || row.state() != State.CARRIED) {
        hindrance(old, target, way, failures)
            .ifPresentOrElse(s -> put(s, row), () -> open.add(way));
      }
    }
    if (!open.isEmpty()) {
      give(target, open, failures);
    }
    return failures;
  }

  private Optional<Setting> hindrance(UserId old, UserId target, WayIn way, List<String> failures) {
    if (deactivated.contains(old)) {
      return Optional.of(row(target, way, State.SKIPPED, DEACTIVATED));
    }
    Admin admin = voyage.admin();
    if (admin == null) {
      return Optional.of(row(target, way, State.SKIPPED, NO_ADMIN));
    }
    try {
      Optional<UserId> owner =
          way.kind().equals(WayIn.SSO)
              ? admin.ownerOfIdentity(way.provider(), way.value())
              : admin.ownerOf(way.kind(), way.value());
      return owner
          .filter(o -> !o.equals(target))
          .map(o -> {
            String why =
                "belongs to %s on the new server; take it away there and run ferry migrate again"
                    .formatted(o);
            failures.add("%s of %s %s".formatted(way.kind(), target, why));
            return row(target, way, State.FAILED, why);
          });
    } catch (MatrixException e) {
      return Optional.of(refused(target, way, e, failures));
    }
  }

  /** What is there already stays: the admin API replaces whole lists. */
  private void give(UserId target, List<WayIn> open, List<String> failures) {
    Admin admin = voyage.admin();
    if (admin == null) {
      return;
    }
    try {
      ObjectNode present = admin.user(target).orElseGet(Json::object);
      ObjectNode request = Json.object();
      ArrayNode threepids = copy(present.path("threepids"), "medium", "address");
      ArrayNode identities = copy(present.path("external_ids"), "auth_provider", "external_id");
      for (WayIn way : open) {
        put(row(target, way, State.DOUBT, null), null);
        if (way.kind().equals(WayIn.SSO)) {
          add(identities, "auth_provider", way.provider(), "external_id", way.value());
        } else {
          add(threepids, "medium", way.kind(), "address", way.value());
        }
      }
      request.set("threepids", threepids);
      request.set("external_ids", identities);
      ObjectNode unused = admin.putUser(target, request);
      open.forEach(way -> put(row(target, way, State.CARRIED, null), null));
    } catch (MatrixException e) {
      open.forEach(way -> put(refused(target, way, e, failures), null));
    }
  }

  private static Setting refused(
      UserId target, WayIn way, MatrixException e, List<String> failures) {
    if (e.isTokenRefused()) {
      throw e;
    }
    failures.add("%s of %s: %s".formatted(way.kind(), target, e.getMessage()));
    return row(target, way, State.FAILED, e.getMessage());
  }

  private static ArrayNode copy(JsonNode list, String... fields) {
    ArrayNode copy = Json.array();
    for (JsonNode item : list) {
      ObjectNode some = copy.addObject();
      for (String field : fields) {
        some.set(field, item.path(field));
      }
    }
    return copy;
  }

  private static void add(ArrayNode list, String one, String value, String other, String second) {
    ObjectNode item = Json.object().put(one, value).put(other, second);
    for (JsonNode known : list) {
      if (known.equals(item)) {
        return;
      }
    }
    list.add(item);
  }

  private void put(Setting row, @Nullable Setting before) {
    if (!row.equals(before)) {
      voyage.ledger().settings().put(voyage.id(), row);
    }
  }

  private static String name(WayIn way) {
    return way.provider().isEmpty() ? way.value() : way.provider() + " " + way.value();
  }

  private static Setting row(UserId target, WayIn way, State state, @Nullable String reason) {
    return new Setting(target, way.kind(), name(way), state, null, reason);
  }
}
