package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.settings.DirectChats;
import org.ferry.migrate.settings.Wish;
import org.ferry.migrate.settings.Wishes;
import org.ferry.model.Alias;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do besides rooms and their history: aliases, and what people kept for
 * themselves. Asks the ledger and writes nothing.
 */
final class RehearsedExtras {
  private final Voyage voyage;
  private final Scope scope;
  private final Lookups lookups;
  private final Set<RoomId> chosen;

  RehearsedExtras(Voyage voyage, Scope scope, Lookups lookups, Set<RoomId> chosen) {
    this.voyage = voyage;
    this.scope = scope;
    this.lookups = lookups;
    this.chosen = chosen;
  }

  /**
   * Aliases.
   *
   * @param made how many would be made
   * @param moved how many would be moved from an earlier destination
   * @param left how many an earlier destination would keep
   */
  record AliasCount(long made, long moved, long left) {}

  AliasCount aliases() {
    Set<RoomAlias> held = held();
    Set<RoomAlias> own = carried(voyage.id());
    long made = 0;
    long elsewhere = 0;
    try (Stream<Alias> all = voyage.sources().aliases(voyage.source().id())) {
      for (Alias alias :
          all.filter(a -> chosen.contains(a.room()) && !own.contains(a.alias())).toList()) {
        if (held.contains(alias.alias())) {
          elsewhere++;
        } else if (!isTaken(alias)) {
          made++;
        }
      }
    }
    return scope.takeAliases()
        ? new AliasCount(made, elsewhere, 0)
        : new AliasCount(made, 0, elsewhere);
  }

  /** An alias that leads somewhere already is not made, here as in a migration. */
  private boolean isTaken(Alias alias) {
    RoomAlias target = new RoomAlias("#" + alias.alias().localpart() + ":" + voyage.domain());
    return voyage
        .bot()
        .resolveAlias(target)
        .filter(r ->
            !(lookups.room(alias.room()) instanceof Lookups.RoomFate.Carried c
                && c.target().equals(r.room())))
        .isPresent();
  }

  /** Aliases that stand for the same source in other destinations. */
  private Set<RoomAlias> held() {
    return voyage.ledger().all().stream()
        .filter(c -> c.source() == voyage.source().id() && c.id() != voyage.id())
        .map(Crossing::id)
        .flatMap(c -> carried(c).stream())
        .collect(Collectors.toSet());
  }

  private Set<RoomAlias> carried(long crossing) {
    try (Stream<CarriedAlias> rows = voyage.ledger().aliases(crossing)) {
      return rows.filter(r -> r.state().equals("carried"))
          .map(CarriedAlias::old)
          .collect(Collectors.toSet());
    }
  }

  /** How many settings of people would be set, each room's read markers as one. */
  long settings(Map<RoomId, RoomFacts> facts) {
    Wishes wishes = new Wishes(voyage, lookups);
    Map<UserId, List<Wish>> all = new HashMap<>();
    new DirectChats(voyage, lookups, facts)
        .all()
        .forEach((owner, chats) -> all.computeIfAbsent(owner, o -> new ArrayList<>()).add(chats));
    long marks = 0;
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && !scope.selection().selects(person.id())) {
        List<Wish> unusedWait = all.remove(target);
      } else if (target != null && person.real()) {
        all.computeIfAbsent(target, o -> new ArrayList<>()).addAll(wishes.of(person));
        marks += marks(target, wishes.readRooms(person));
      }
    }
    long some = all.entrySet().stream().mapToLong(e -> open(e.getKey(), e.getValue())).sum();
    return some + marks;
  }

  private long open(UserId owner, List<Wish> wishes) {
    Map<String, Setting> rows = rows(owner);
    return wishes.stream()
        .filter(w -> w.left() == null && !w.kind().equals("read"))
        .filter(w -> !isSettled(rows.get(w.kind() + " " + w.name()), Txn.id(w.value())))
        .count();
  }

  private static boolean isSettled(@Nullable Setting row, String wanted) {
    return row != null
        && (row.state() == State.CARRIED || row.state() == State.SKIPPED)
        && wanted.equals(row.wanted());
  }

  private long marks(UserId owner, Set<RoomId> read) {
    Map<String, Setting> rows = rows(owner);
    return read.stream()
        .filter(chosen::contains)
        .filter(r -> {
          Setting row = rows.get("read " + r);
          return row == null || row.state() != State.CARRIED;
        })
        .count();
  }

  private Map<String, Setting> rows(UserId owner) {
    return voyage.ledger().settings().of(voyage.id(), owner).stream()
        .collect(Collectors.toMap(r -> r.kind() + " " + r.name(), r -> r));
  }
}
