package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomProgress;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.plan.Plan;
import org.jspecify.annotations.Nullable;

/**
 * Keeps phones quiet while history is written: whoever Ferry may act as, and has a phone, gets a
 * push rule for the room's time of replay that notifies of nothing. The ledger has it before the
 * homeserver does, so that a run after a kill removes it. In rooms that were there before their
 * read marker is moved behind the history. Safe for use by many threads.
 */
public final class Mutes {
  private static final String KIND = "mute";
  private static final int NEWEST = 1;

  private final Voyage voyage;
  private final SettingLedger ledger;
  private final Watch watch;
  private final Map<UserId, UserId> people = new TreeMap<>();
  private final Set<UserId> ringing = ConcurrentHashMap.newKeySet();
  private final Set<RoomId> busy = ConcurrentHashMap.newKeySet();
  private final Set<RoomId> begun = ConcurrentHashMap.newKeySet();

  /**
   * Mutes of a crossing.
   *
   * @param voyage the crossing
   * @param watch who is told what cannot be muted
   */
  public Mutes(Voyage voyage, Watch watch) {
    this.voyage = voyage;
    this.ledger = voyage.ledger().settings();
    this.watch = watch;
    for (Plan.PlanPerson person : voyage.plan().people()) {
      UserId target = person.target();
      if (target != null && person.real()) {
        people.put(person.id(), target);
      }
    }
  }

  /** Everybody who may have a phone, by their id on the destination. */
  List<UserId> people() {
    return List.copyOf(people.values());
  }

  /** Finds out whether somebody has a phone. */
  void ask(UserId owner) {
    try {
      if (voyage.homeserver().as(owner).preferences().pushers() > 0) {
        ringing.add(owner);
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say(
          "whether %s has a phone that would ring is not known: %s"
              .formatted(owner, e.getMessage()));
    }
  }

  /** Takes note of the rooms in which something is to be written. */
  void prepare() {
    try (Stream<RoomProgress> progress = voyage.ledger().progress(voyage.id())) {
      progress.filter(p -> p.waiting() + p.doubt() > 0).forEach(p -> busy.add(p.room()));
    }
  }

  /** Mutes a room, once, before anything is written into it. */
  void begin(CarriedRoom room, RoomFacts fact) {
    RoomId target = room.target();
    if (target == null || !busy.contains(room.old()) || !begun.add(room.old())) {
      return;
    }
    for (UserId owner : concerned(fact)) {
      if (ringing.contains(owner)) {
        mute(owner, target);
      }
    }
  }

  private List<UserId> concerned(RoomFacts fact) {
    List<UserId> all = new ArrayList<>();
    Stream.of(fact.joined(), fact.invited(), fact.banned())
        .flatMap(List::stream)
        .distinct()
        .forEach(old -> {
          UserId target = people.get(old);
          if (target != null) {
            all.add(target);
          }
        });
    return all;
  }

  private void mute(UserId owner, RoomId room) {
    ObjectNode rule = Json.object();
    rule.putArray("actions");
    rule.putArray("conditions")
        .addObject()
        .put("kind", "event_match")
        .put("key", "room_id")
        .put("pattern", room.value());
    put(owner, room, State.DOUBT, null);
    try {
      voyage.homeserver().as(owner).preferences().putPushRule("override", rule(room), rule);
      put(owner, room, State.CARRIED, null);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      put(owner, room, State.FAILED, e.getMessage());
      watch.say("the phone of %s may ring: %s".formatted(owner, e.getMessage()));
    }
  }

  /** Lifts the mutes of a room whose history stands, after its end was marked as read. */
  void end(CarriedRoom room, RoomFacts fact, boolean reused) {
    RoomId target = room.target();
    if (target == null || !begun.contains(room.old())) {
      return;
    }
    for (UserId owner : concerned(fact)) {
      if (reused && fact.joined().stream().anyMatch(old -> owner.equals(people.get(old)))) {
        markRead(owner, room.old(), target);
      }
    }
    for (Setting row : standing()) {
      if (row.name().equals(target.value())) {
        lift(row);
      }
    }
  }

  /** A private receipt: others are not told that somebody read this now. */
  private void markRead(UserId owner, RoomId old, RoomId target) {
    List<EventFate> last = voyage.ledger().lastCarried(voyage.id(), old, NEWEST);
    EventId newest = last.isEmpty() ? null : last.getFirst().target();
    if (newest == null) {
      return;
    }
    ObjectNode markers =
        Json.object().put("m.fully_read", newest.value()).put("m.read.private", newest.value());
    String wanted = Txn.id(newest.value());
    try {
      voyage.homeserver().as(owner).preferences().readMarkers(target, markers);
      ledger.put(voyage.id(), new Setting(owner, "read", old.value(), State.CARRIED, wanted, null));
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      ledger.put(
          voyage.id(),
          new Setting(owner, "read", old.value(), State.FAILED, wanted, e.getMessage()));
    }
  }

  /** Lifts every mute that is left, of this run or of one that was killed. */
  public void lift() {
    standing().forEach(this::lift);
  }

  private List<Setting> standing() {
    List<Setting> all = new ArrayList<>(ledger.of(voyage.id(), KIND, State.CARRIED));
    all.addAll(ledger.of(voyage.id(), KIND, State.DOUBT));
    return all;
  }

  private void lift(Setting row) {
    RoomId room = new RoomId(row.name());
    try {
      voyage.homeserver().as(row.owner()).preferences().deletePushRule("override", rule(room));
      put(row.owner(), room, State.REMOVED, null);
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      watch.say("the mute of %s in %s stays: %s".formatted(row.owner(), room, e.getMessage()));
    }
  }

  private void put(UserId owner, RoomId room, State state, @Nullable String reason) {
    ledger.put(voyage.id(), new Setting(owner, KIND, room.value(), state, null, reason));
  }

  private static String rule(RoomId room) {
    return "org.ferry.mute." + Txn.id(room.value());
  }
}
