package org.ferry.live.sending;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.ferry.crypto.DeviceRef;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.State;
import org.ferry.live.sync.Duty;
import org.ferry.live.sync.Machine;
import org.ferry.live.sync.Machines;
import org.ferry.live.sync.Visits;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machines of those who write. Followed users' are open already. A ghost's is opened when it
 * writes into an encrypted room and closed some time after; before each message its device takes
 * what came since. Now and then all of them do, so that nothing piles up on the homeserver. Safe
 * for use by many threads.
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
  private final Map<UserId, Opened> open = new HashMap<>();
  private Instant rounded;

  /** A ghost's machine. */
  private static final class Opened {
    private final Machine machine;
    private final Visits visits;
    private volatile Instant used;

    Opened(Intent as, Machine machine, Instant used) {
      this.machine = machine;
      this.visits = new Visits(as, machine);
      this.used = used;
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
    this.rounded = clock.instant();
  }

  /**
   * The machine of somebody who writes, up to date.
   *
   * @throws NotYet where there is none
   */
  Machine fresh(Intent as) {
    Machine machine = open(as);
    Opened ghost;
    synchronized (this) {
      ghost = open.get(as.user());
    }
    if (ghost != null) {
      ghost.visits.refresh();
    }
    return machine;
  }

  /**
   * The machine of somebody who writes.
   *
   * @throws NotYet where there is none
   */
  Machine open(Intent as) {
    if (machines == null) {
      throw new NotYet("the room is encrypted, and without a pickle key Ferry encrypts nothing");
    }
    return followed.test(as.user())
        ? lead.machine(as.user())
            .orElseThrow(() -> new NotYet("the device of " + as.user() + " is not ready"))
        : opened(as, machines).machine;
  }

  private synchronized Opened opened(Intent as, Machines from) {
    Opened opened = open.get(as.user());
    if (opened == null) {
      DeviceRef ref = new DeviceRef(as.user(), as.device().orElseThrow());
      opened = new Opened(as, from.open(ref), clock.instant());
      Opened unused = open.put(as.user(), opened);
      identities.note(as.user(), State.FOLLOWING, "encrypts");
    }
    opened.used = clock.instant();
    return opened;
  }

  /** A machine that failed is not used again. */
  synchronized void drop(UserId user) {
    Opened opened = open.remove(user);
    if (opened != null) {
      opened.machine.close();
    }
  }

  /** Closes what is idle and, once an hour, has all devices take what came for them. */
  void tend(Writers writers) {
    Instant now = clock.instant();
    synchronized (this) {
      List<UserId> idle =
          open.entrySet().stream()
              .filter(e -> Duration.between(e.getValue().used, now).compareTo(IDLE) > 0)
              .map(Map.Entry::getKey)
              .toList();
      idle.forEach(this::drop);
    }
    if (machines != null && Duration.between(rounded, now).compareTo(ROUND) > 0) {
      rounded = now;
      for (Identity identity : identities.all()) {
        if (identity.kind() == Identity.Kind.GHOST && identity.state() == State.FOLLOWING) {
          visit(writers, identity.user());
        }
      }
    }
  }

  private void visit(Writers writers, UserId ghost) {
    try {
      Machine unused = fresh(writers.of(ghost));
    } catch (HomeserverFailure e) {
      LOG.info("event=ghost_not_visited user={} {}", ghost, e.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    open.values().forEach(o -> o.machine.close());
    open.clear();
  }
}
