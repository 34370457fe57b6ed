package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Admin;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.Forgotten;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Txn;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.replay.Watch;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.Lookups.RoomFate;
import org.ferry.migrate.settings.DirectChats;
import org.ferry.migrate.settings.Present;
import org.ferry.migrate.settings.Wish;
import org.ferry.migrate.settings.Wishes;
import org.ferry.migrate.verify.Difference.Kind;
import org.ferry.model.WayIn;
import org.jspecify.annotations.Nullable;

/**
 * Reads back what people keep for themselves and compares it with the source: profiles, tags, push
 * rules, ignored people, direct chats, read markers, and by what they get in. What was left out by
 * rule is not compared; who has read on since has reached their marker.
 */
final class PersonCheck {
  /** How the ids of Ferry's own devices begin. */
  private static final String FERRYS = "FERRY";

  private final Voyage voyage;
  private final Lookups lookups;
  private final Map<RoomId, RoomFacts> facts;
  private final Findings findings;
  private final Watch watch;
  private final Set<UserId> people = new HashSet<>();
  private final Map<UserId, Boolean> used = new HashMap<>();

  PersonCheck(
      Voyage voyage,
      Lookups lookups,
      Map<RoomId, RoomFacts> facts,
      Findings findings,
      Watch watch) {
    this.voyage = voyage;
    this.lookups = lookups;
    this.facts = facts;
    this.findings = findings;
    this.watch = watch;
  }

  /** Compares everybody; returns how many people. */
  long run() {
    Wishes wishes = new Wishes(voyage, lookups);
    Map<UserId, Wish> direct = new DirectChats(voyage, lookups, facts).all();
    Map<UserId, List<Wish>> all = new HashMap<>();
    direct.forEach((owner, wish) -> all.put(owner, new ArrayList<>(List.of(wish))));
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && person.real() && !Forgotten.isErased(person.id())) {
        boolean unusedNew = people.add(target);
        all.computeIfAbsent(target, t -> new ArrayList<>()).addAll(wishes.of(person));
      }
    }
    unmade();
    watch.phase("people", all.size());
    all.keySet().stream()
        .sorted()
        .takeWhile(o -> !watch.stopping())
        .forEach(owner -> {
          person(owner, all.getOrDefault(owner, List.of()));
          watch.step(1);
        });
    return all.size();
  }

  /** Accounts that could not be made; of ghosts another check tells. */
  private void unmade() {
    Set<UserId> accounts =
        voyage.plan().people().stream()
            .filter(p -> p.action() == Plan.PersonAction.ACCOUNT)
            .flatMap(p -> Stream.ofNullable(p.target()))
            .collect(Collectors.toSet());
    try (Stream<CarriedPerson> people = voyage.ledger().people(voyage.id())) {
      people
          .filter(p -> p.state().equals("failed") && accounts.contains(p.target()))
          .forEach(p -> findings.add(Kind.FAILED, p.target().value(), "an account", p.reason()));
    }
  }

  private void person(UserId owner, List<Wish> wishes) {
    Intent intent = voyage.homeserver().as(owner);
    Present present = new Present(intent);
    Map<String, Setting> rows = new HashMap<>();
    voyage
        .ledger()
        .settings()
        .of(voyage.id(), owner)
        .forEach(r -> rows.put(r.kind() + " " + r.name(), r));
    try {
      for (Wish wish : wishes) {
        if (wish.left() == null) {
          compare(owner, wish, present, rows.get(wish.kind() + " " + wish.name()));
        }
      }
      waysIn(owner, rows);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      findings.add(Kind.UNREADABLE, owner.value(), null, e.getMessage());
    }
  }

  private void compare(UserId owner, Wish wish, Present present, @Nullable Setting row) {
    String what = "%s: %s %s".formatted(owner, wish.kind(), wish.name());
    if (row == null || row.state() == State.DOUBT) {
      findings.add(Kind.WAITING, what, wish.value(), null);
    } else if (row.state() == State.FAILED) {
      findings.add(Kind.FAILED, what, wish.value(), row.reason());
    } else if (row.state() == State.CARRIED) {
      Optional<String> found = wish.found(present);
      if (found.equals(Optional.of(wish.value()))) {
        return;
      }
      if (Txn.id(wish.value()).equals(row.wanted()) && isUsed(owner) && mayChange(owner, wish)) {
        findings.changed(new Change(Kind.SETTING, what, null, owner.value()));
      } else {
        findings.add(Kind.SETTING, what, wish.value(), found.orElse(null));
      }
    }
  }

  /**
   * Whether a person uses the account themselves: they have a device there. What stands otherwise
   * in an account that only Ferry has used nobody has changed.
   */
  private boolean isUsed(UserId owner) {
    return used.computeIfAbsent(
        owner,
        id ->
            people.contains(id)
                && voyage.homeserver().as(id).devices().all().stream()
                    .anyMatch(device -> !device.value().startsWith(FERRYS)));
  }

  /** Who reads on moves their marks forwards, which is no difference; only who leaves has none. */
  private boolean mayChange(UserId owner, Wish wish) {
    return !wish.kind().equals("read")
        || !(lookups.room(new RoomId(wish.name())) instanceof RoomFate.Carried room)
        || !voyage.homeserver().as(owner).memberships().joinedRooms().contains(room.target());
  }

  /** Only an administrator sees by what somebody gets in. */
  private void waysIn(UserId owner, Map<String, Setting> rows) {
    Admin admin = voyage.admin();
    List<Setting> given =
        rows.values().stream()
            .filter(r -> List.of(WayIn.EMAIL, WayIn.PHONE, WayIn.SSO).contains(r.kind()))
            .toList();
    given.stream()
        .filter(r -> r.state() == State.FAILED)
        .forEach(r ->
            findings.add(Kind.FAILED, owner + ": " + r.kind() + " " + r.name(), null, r.reason()));
    List<Setting> carried = given.stream().filter(r -> r.state() == State.CARRIED).toList();
    if (admin == null || carried.isEmpty()) {
      return;
    }
    Optional<ObjectNode> account = admin.user(owner);
    for (Setting row : carried) {
      if (account.isEmpty() || !has(account.get(), row)) {
        findings.add(Kind.SETTING, owner + ": " + row.kind(), row.name(), null);
      }
    }
  }

  private static boolean has(ObjectNode account, Setting row) {
    for (JsonNode threepid : account.path("threepids")) {
      if (threepid.path("medium").asText("").equals(row.kind())
          && threepid.path("address").asText("").equalsIgnoreCase(row.name())) {
        return true;
      }
    }
    for (JsonNode id : account.path("external_ids")) {
      String name = id.path("auth_provider").asText() + " " + id.path("external_id").asText();
      if (row.kind().equals(WayIn.SSO) && name.equals(row.name())) {
        return true;
      }
    }
    return false;
  }
}
