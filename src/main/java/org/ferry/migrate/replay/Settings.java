package org.ferry.migrate.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.settings.DirectChats;
import org.ferry.migrate.settings.Wish;
import org.ferry.migrate.settings.Wishes;

/**
 * Gives people what they kept for themselves, once the rooms stand: direct chats to everybody, the
 * rest to those who have an account that they log in to. Safe for use by many threads.
 */
final class Settings {
  private static final String ACCOUNT = "account";
  private static final String SETTLED = "settings";

  private final Voyage voyage;
  private final Keeper keeper;
  private final Wishes wishes;
  private final Map<UserId, Wish> direct;
  private final Map<UserId, Plan.PlanPerson> people = new LinkedHashMap<>();

  Settings(
      Voyage voyage,
      LedgerLookups lookups,
      Map<RoomId, RoomFacts> facts,
      Selection selection,
      Watch watch) {
    this.voyage = voyage;
    this.keeper = new Keeper(voyage);
    this.wishes = new Wishes(voyage, lookups);
    DirectChats chats = new DirectChats(voyage, lookups, facts);
    this.direct = new LinkedHashMap<>(chats.all());
    chats
        .unreadable()
        .forEach(u -> watch.say("the direct chats of " + u + " cannot be read and are left out"));
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && !selection.selects(person.id())) {
        Wish unusedWaits = direct.remove(target);
      } else if (target != null && person.real()) {
        people.put(target, person);
      }
    }
  }

  /** Everybody who has something to be set, of those whom the run selects. */
  List<UserId> owners() {
    List<UserId> all = new ArrayList<>(people.keySet());
    direct.keySet().stream().filter(o -> !people.containsKey(o)).forEach(all::add);
    return all;
  }

  /**
   * Sets what one of them kept.
   *
   * @return a sentence for each thing that failed
   */
  List<String> carry(UserId owner) {
    Plan.PlanPerson person = people.get(owner);
    List<Wish> all = new ArrayList<>(person == null ? List.of() : wishes.of(person));
    Wish chats = direct.get(owner);
    if (chats != null) {
      all.add(chats);
    }
    boolean made = person != null && person.action() == Plan.PersonAction.ACCOUNT;
    List<String> failures = keeper.keep(owner, all, made && !wasSettled(owner));
    if (made) {
      Setting done = new Setting(owner, ACCOUNT, SETTLED, State.CARRIED, null, null);
      voyage.ledger().settings().put(voyage.id(), done);
    }
    return failures;
  }

  /**
   * After the first time, into whatever Space, the person may have logged in and changed things.
   */
  private boolean wasSettled(UserId owner) {
    SettingLedger settings = voyage.ledger().settings();
    return Stream.concat(
            settings.of(voyage.id(), owner).stream(),
            settings.elsewhere(voyage.id(), owner).stream())
        .anyMatch(s -> s.kind().equals(ACCOUNT) && s.name().equals(SETTLED));
  }
}
