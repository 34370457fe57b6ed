package org.ferry.live.sending;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.ferry.crypto.DeviceBrokenException;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.FencedOutException;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.sync.Duty;
import org.ferry.live.sync.Halted;
import org.ferry.live.sync.Machine;
import org.ferry.live.sync.Machines;
import org.ferry.live.sync.Visits;
import org.ferry.live.sync.Witness;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machines of those who write. Followed users' are open already. A ghost's is opened when it
 * writes into an encrypted room and closed some time after; before each message its device takes
 * what came since. Now and then all of them do, so that nothing piles up on the homeserver; those
 * of a room in which a key is missing do at once. Safe for use by many threads.
 */
final class Machinery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Machinery.class);
  private static final Duration IDLE = Duration.ofMinutes(10);
  private static final Duration ROUND = Duration.ofHours(1);

  private final @Nullable Machines machines;
  private final Duty.Lead lead;
  private final Predicate<UserId> followed;
  private final Identities identities;
  private final InstantSource clock;
  private final Map<UserId, Opened> open = new ConcurrentHashMap<>();
  private final Turns<UserId> turns = new Turns<>();

  /** A ghost's machine; what changes does so in its user's turn. */
  private static final class Opened {
    private final UserId user;
    private final Optional<DeviceId> device;
    private final Machine machine;
    private final Visits visits;
    private Instant used;
    private int users;
    private boolean dropped;

    Opened(Intent as, Machine machine, Instant used) {
      this.user = as.user();
      this.device = as.device();
      this.machine = machine;
      this.visits = new Visits(as, machine);
      this.used = used;
    }

    boolean isIdle(Instant now) {
      return users == 0 && Duration.between(used, now).compareTo(IDLE) > 0;
    }
  }

  Machinery(
      @Nullable Machines machines,
      Duty.Lead lead,
      Predicate<UserId> followed,
      Identities identities,
      InstantSource clock) {
    this.machines = machines;
    this.lead = lead;
    this.followed = followed;
    this.identities = identities;
    this.clock = clock;
  }

  /**
   * Works with the machine of somebody who writes, brought up to date. It is not closed meanwhile.
   *
   * @throws NotYet where there is none
   */
  <T> T fresh(Intent as, Function<Machine, T> work) {
    return use(
        as,
        opened -> {
          opened.visits.refresh();
          return work.apply(opened.machine);
        },
        work);
  }

  /**
   * Works with the machine of somebody who writes, as it is.
   *
   * @throws NotYet where there is none
   */
  <T> T open(Intent as, Function<Machine, T> work) {
    return use(as, opened -> work.apply(opened.machine), work);
  }

  private <T> T use(Intent as, Function<Opened, T> ghost, Function<Machine, T> other) {
    Machines from = machines;
    if (from == null) {
      throw new NotYet("the room is encrypted, and without a pickle key Ferry encrypts nothing");
    }
    if (followed.test(as.user())) {
      return other.apply(
          lead.machine(new DeviceRef(as.user(), as.device().orElseThrow()))
              .orElseThrow(() -> new NotYet("the device of " + as.user() + " is not ready")));
    }
    Opened opened = turns.in(as.user(), () -> take(as, from));
    try {
      return ghost.apply(opened);
    } finally {
      boolean unused = turns.in(as.user(), () -> giveBack(opened));
    }
  }

  private Opened take(Intent as, Machines from) {
    Opened opened = open.get(as.user());
    if (opened != null && !opened.device.equals(as.device())) {
      // A command gave its user another device.
      boolean unused = drop(opened);
      opened = null;
    }
    if (opened == null) {
      DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
      opened = new Opened(as, checked(as, from.open(ref)), clock.instant());
      Opened unused = open.put(as.user(), opened);
      identities.note(as.user(), State.FOLLOWING, "encrypts");
    }
    opened.users++;
    return opened;
  }

  private static Machine checked(Intent as, Machine machine) {
    boolean good = false;
    try {
      new Witness(as, machine).check();
      good = true;
      return machine;
    } finally {
      if (!good) {
        machine.close();
      }
    }
  }

  private boolean giveBack(Opened opened) {
    opened.users--;
    opened.used = clock.instant();
    return closeUnused(opened);
  }

  /** A machine that failed is not used again; it is closed when nobody works with it any more. */
  void drop(UserId user) {
    boolean unused = turns.in(user, () -> drop(open.get(user)));
  }

  private boolean drop(@Nullable Opened opened) {
    if (opened == null) {
      return false;
    }
    boolean unused = open.remove(opened.user, opened);
    opened.dropped = true;
    return closeUnused(opened);
  }

  private static boolean closeUnused(Opened opened) {
    boolean closes = opened.dropped && opened.users == 0;
    if (closes) {
      opened.machine.close();
    }
    return closes;
  }

  /** Closes what is idle. */
  void tend() {
    Instant now = clock.instant();
    for (UserId user : open.keySet()) {
      boolean unused =
          turns.in(
              user,
              () -> {
                Opened opened = open.get(user);
                return opened != null && opened.isIdle(now) && drop(opened);
              });
    }
  }

  /**
   * Once an hour has all devices take what came for them; until the thread is interrupted. What is
   * wrong with one concerns that one.
   */
  void visitAll(Writers writers) {
    while (machines != null && !Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(ROUND);
        for (Identity identity : identities.all()) {
          if (identity.kind() == Identity.Kind.GHOST
              && identity.state() == State.FOLLOWING
              && !Thread.currentThread().isInterrupted()) {
            visit(writers, identity.user());
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        // The database cannot be used; the next round may find it again.
        LOG.warn("event=ghosts_not_visited {}", e.toString(), e);
      }
    }
  }

  /**
   * Has the devices of a room's ghosts take what came for them where an event of it lacks its key;
   * until the thread is interrupted.
   */
  void answerCalls(Writers writers) {
    Calls calls = new Calls(ghost -> visit(writers, ghost), System::nanoTime);
    while (machines != null && !Thread.currentThread().isInterrupted()) {
      try {
        for (RoomId room : lead.keyless().await(ROUND)) {
          int unused = calls.answer(identities.ghostsIn(room, Calls.MOST_OF_A_ROOM));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        // The database cannot be used; whoever lacks a key calls again.
        LOG.warn("event=ghosts_not_visited {}", e.toString(), e);
      }
    }
  }

  private void visit(Writers writers, UserId ghost) {
    try {
      boolean unused = fresh(writers.of(ghost), machine -> true);
    } catch (FencedOutException | DeviceBrokenException e) {
      writers.forget(ghost);
      drop(ghost);
      LOG.info("event=ghost_not_visited user={} {}", ghost, e.getMessage());
    } catch (MatrixException e) {
      if (Delivery.isNoMore(e)) {
        writers.forget(ghost);
        drop(ghost);
      }
      LOG.info("event=ghost_not_visited user={} {}", ghost, e.getMessage());
    } catch (HomeserverFailure | NotYet | Halted e) {
      LOG.info("event=ghost_not_visited user={} {}", ghost, e.getMessage());
    } catch (RuntimeException e) {
      // The others are visited all the same.
      LOG.warn("event=ghost_not_visited user={} {}", ghost, e.toString(), e);
    }
  }

  /** Closes all of them; nobody works with any. */
  @Override
  public void close() {
    open.values().forEach(o -> o.machine.close());
    open.clear();
  }
}
