package org.ferry.migrate.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedAlias;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.SealedFile;

/**
 * Answers the rewriter from the ledger and from what this run did but has not committed yet. Safe
 * for use by many threads.
 */
public final class LedgerLookups implements Lookups {
  // Many times what a run may hold that is not committed; older answers are in the ledger.
  private static final int REMEMBERED = 10_000;

  private final Voyage voyage;
  private final Function<UserId, Optional<UserId>> people;
  private final Courier files;
  private final Set<RoomId> running;
  private final Map<RoomId, Plan.PlanRoom> planned;
  private final Map<RoomId, RoomId> rooms = new ConcurrentHashMap<>();
  private final Map<RoomAlias, RoomAlias> aliases = new ConcurrentHashMap<>();
  private final Map<EventId, LinkFate> recent =
      new LinkedHashMap<>(1024, 0.75f, false) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EventId, LinkFate> eldest) {
          return size() > REMEMBERED;
        }
      };

  /**
   * Look-ups of a crossing.
   *
   * @param voyage the crossing and its ledger
   * @param people the new id of a person
   * @param files what became of files; may carry them
   * @param running the rooms whose history is being carried now: only their events are waited for
   */
  public LedgerLookups(
      Voyage voyage,
      Function<UserId, Optional<UserId>> people,
      Courier files,
      Set<RoomId> running) {
    this.voyage = voyage;
    this.people = people;
    this.files = files;
    this.running = Set.copyOf(running);
    this.planned = voyage.plan().roomsById();
    try (Stream<CarriedRoom> carried = voyage.ledger().rooms(voyage.id())) {
      carried.forEach(this::know);
    }
    try (Stream<CarriedAlias> carried = voyage.ledger().aliases(voyage.id())) {
      carried.forEach(this::know);
    }
  }

  /** Takes note of a room that was made. */
  public void know(CarriedRoom room) {
    RoomId target = room.target();
    if (target != null) {
      rooms.put(room.old(), target);
    } else {
      rooms.remove(room.old());
    }
  }

  /** Takes note of an alias that was made. */
  public void know(CarriedAlias alias) {
    if (alias.leads()) {
      aliases.put(alias.old(), alias.target());
    }
  }

  /** Takes note of an event whose outcome may not be in the ledger yet. */
  void know(EventId old, LinkFate fate) {
    synchronized (recent) {
      recent.put(old, fate);
    }
  }

  @Override
  public Optional<UserId> user(UserId old) {
    return people.apply(old);
  }

  @Override
  public RoomFate room(RoomId old) {
    RoomId target = rooms.get(old);
    if (target != null) {
      return new RoomFate.Carried(target);
    }
    Plan.PlanRoom plan = planned.get(old);
    if (plan == null || plan.action() == Plan.RoomAction.LIST) {
      return new RoomFate.Elsewhere();
    }
    return plan.carried() ? new RoomFate.Pending() : new RoomFate.Left(plan.reason());
  }

  @Override
  public boolean inSpace(RoomId old) {
    Plan.PlanRoom plan = planned.get(old);
    return plan == null || !plan.carried() || plan.inSpace();
  }

  @Override
  public LinkFate event(EventId old) {
    synchronized (recent) {
      LinkFate known = recent.get(old);
      if (known != null) {
        return known;
      }
    }
    return voyage.ledger().fate(voyage.id(), old).map(this::fate).orElseGet(LinkFate.Unknown::new);
  }

  private LinkFate fate(EventFate fate) {
    RoomId room = fate.event().room();
    EventId target = fate.target();
    return switch (fate.state()) {
      case CARRIED, MERGED ->
          target == null
              ? new LinkFate.Left(room, "merged")
              : LinkFate.Carried.of(fate.event(), target, wasPruned(fate), fate.repairs());
      case SKIPPED -> new LinkFate.Left(room, fate.reason() == null ? "skipped" : fate.reason());
      case FAILED -> new LinkFate.Failed(room);
      case WAITING, DOUBT ->
          running.contains(room) ? new LinkFate.Pending(room) : new LinkFate.Unknown();
    };
  }

  private static boolean wasPruned(EventFate fate) {
    return fate.repairs() != null
        && List.of(fate.repairs().split(", ")).contains(RoomReplay.PRUNED);
  }

  @Override
  public FileFate media(MxcUri old) {
    return files.carry(old);
  }

  @Override
  public FileFate opened(SealedFile file) {
    return files.carry(file);
  }

  @Override
  public Optional<RoomAlias> alias(RoomAlias old) {
    return Optional.ofNullable(aliases.get(old));
  }
}
