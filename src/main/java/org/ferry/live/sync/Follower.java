package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.ferry.crypto.DeviceBrokenException;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.FencedOutException;
import org.ferry.id.UserId;
import org.ferry.live.Signal;
import org.ferry.live.accounts.Identities;
import org.ferry.live.accounts.Identity;
import org.ferry.live.accounts.Identity.State;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.Unreachable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one user for as long as the daemon leads: makes the device ready, opens its machine, and
 * keeps sync and requests going side by side. An outage is waited out; what only a person can mend
 * is said once, and nobody else's following ends with it.
 */
final class Follower {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(3);

  /** A token or password that was refused may have been so for a moment only. */
  private static final Duration TRY_AGAIN = Duration.ofMinutes(15);

  private final UserId user;
  private final FollowedDevice device;
  private final Company company;
  private final Pauses pauses = new Pauses();
  private final Duration tryAgain;
  private State state = State.STARTING;

  /** What is asked of the sync, and who takes it. */
  interface Duties {
    /** What is asked of the sync, the first one ever or a later one. */
    ObjectNode filter(boolean first);

    /** Does what is to be done after a sync. */
    void afterSync(Intent intent, Machine machine);

    /** What is done beside the sync; a task's failure ends them all, and all begin anew. */
    List<Together.Named> besides(Intent intent, Machine machine, Signal keys);

    /** Takes what an answer says of rooms. */
    BiConsumer<ObjectNode, Boolean> rooms(Intent intent);
  }

  /**
   * What followers share.
   *
   * @param identities where states are noted
   * @param machines opens machines
   * @param openers told of open machines
   * @param keys woken when a room key came
   * @param known the accounts that were kept since this process began; added to
   */
  record Company(
      Identities identities, Machines machines, Openers openers, Signal keys, Set<UserId> known) {}

  private final Duties duties;

  Follower(UserId user, FollowedDevice device, Duties duties, Company company) {
    this(user, device, duties, company, TRY_AGAIN);
  }

  Follower(UserId user, FollowedDevice device, Duties duties, Company company, Duration tryAgain) {
    this.tryAgain = tryAgain;
    this.user = user;
    this.device = device;
    this.duties = duties;
    this.company = company;
  }

  /**
   * Follows until the thread is interrupted.
   *
   * @throws FencedOutException where another process works with the device
   */
  void run() throws InterruptedException {
    while (!Thread.interrupted()) {
      // What is written while the device is made ready is a change, too.
      Object given = device.given();
      try {
        noteKnown();
        leaveForgotten();
        Intent intent = device.ready();
        noteKnown();
        company.openers().acts(intent);
        follow(intent, given);
      } catch (Halted e) {
        halted(e.state(), e.sentence(), given);
      } catch (DeviceBrokenException e) {
        halted(State.STOPPED, String.valueOf(e.getMessage()), given);
      } catch (FencedOutException e) {
        throw e;
      } catch (Replaced e) {
        LOG.info("event=device_left user={} {}", user, e.getMessage());
      } catch (HomeserverFailure e) {
        away(e);
      } catch (RuntimeException e) {
        LOG.error("event=following_failed user={} {}", user, words(e));
        LOG.debug("why following failed", e);
        failed(e);
        pauses.pause();
      }
    }
    throw new InterruptedException();
  }

  private void noteKnown() {
    if (company
        .identities()
        .find(user)
        .filter(i -> i.kind() == Identity.Kind.ACCOUNT)
        .isPresent()) {
      boolean unused = company.known().add(user);
    }
  }

  /**
   * Whoever has an account forgotten has taken it out of the configuration, which this process may
   * have read before: it makes the account no device again. A login does, and so does a start.
   */
  private void leaveForgotten() throws InterruptedException {
    if (!company.known().contains(user) || company.identities().find(user).isPresent()) {
      return;
    }
    LOG.info(
        "event=account_forgotten user={} it is not followed until ferry accounts login {}, or a start",
        user,
        user);
    while (company.identities().find(user).isEmpty()) {
      lookAgain();
    }
    state = State.STARTING;
  }

  private void lookAgain() throws InterruptedException {
    Thread.sleep(LOOK_AGAIN.compareTo(tryAgain) < 0 ? LOOK_AGAIN : tryAgain);
  }

  /** What fails once may be a moment's trouble; what fails again is no following. */
  private void failed(RuntimeException failure) {
    if (pauses.failures() == 0 || Thread.currentThread().isInterrupted()) {
      return;
    }
    try {
      note(State.WAITING, "it fails again and again: " + words(failure));
    } catch (RuntimeException e) {
      // reason: the database may be what fails, and then nobody can note anything.
      LOG.debug("the state could not be noted", e);
    }
  }

  private static String words(RuntimeException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void follow(Intent intent, Object given) throws InterruptedException {
    DeviceRef ref = new DeviceRef(user, intent.device().orElseThrow());
    try (Machine machine = company.machines().open(ref)) {
      new Witness(intent, machine).check();
      company.openers().add(ref, machine);
      company.keys().wake();
      try {
        Signal requests = new Signal();
        var sent = new Requests(machine, intent);
        List<Together.Named> tasks = new ArrayList<>();
        tasks.add(new Together.Named("sync " + user, () -> sync(intent, machine, requests, given)));
        tasks.add(new Together.Named("requests " + user, () -> sent.run(requests)));
        tasks.addAll(duties.besides(intent, machine, company.keys()));
        Together.run(tasks);
      } finally {
        company.openers().remove(user);
      }
    }
  }

  private void sync(Intent intent, Machine machine, Signal requests, Object given)
      throws InterruptedException {
    BiConsumer<ObjectNode, Boolean> rooms = duties.rooms(intent);
    LongPoll poll = new LongPoll();
    Duration wait = Duration.ZERO;
    long looked = System.nanoTime();
    while (!Thread.interrupted()) {
      long asked = System.nanoTime();
      try {
        syncOnce(intent, machine, requests, rooms, wait);
        poll.answered(Duration.ofNanos(System.nanoTime() - asked));
        wait = poll.limit();
        if (System.nanoTime() - looked >= LOOK_AGAIN.toNanos()) {
          stillThis(intent, given);
          looked = System.nanoTime();
        }
      } catch (Unreachable e) {
        // What answers again may be an older database, and to go on from a later token would pass
        // over what came there since.
        boolean unused =
            wait.isPositive() && poll.broke(Duration.ofNanos(System.nanoTime() - asked));
        pauses.pause();
        new Witness(intent, machine).check();
        wait = Duration.ZERO;
      }
    }
  }

  private void syncOnce(
      Intent intent,
      Machine machine,
      Signal requests,
      BiConsumer<ObjectNode, Boolean> rooms,
      Duration wait) {
    boolean first = machine.syncToken().isEmpty();
    SyncLoop loop =
        new SyncLoop(
            intent, machine, answer -> rooms.accept(answer, first), requests, company.keys());
    loop.once(duties.filter(first), wait);
    duties.afterSync(intent, machine);
    pauses.reset();
    note(State.FOLLOWING, "device " + intent.device().orElseThrow());
  }

  private void note(State next, String detail) {
    if (next != state) {
      LOG.info("event=account_state user={} state={} {}", user, next.word(), detail);
      company.identities().note(user, next, detail);
      state = next;
    }
  }

  /** Somebody asked for another device meanwhile, or gave something else for it. */
  private static final class Replaced extends RuntimeException {
    private static final long serialVersionUID = 1;

    Replaced(String message) {
      super(message);
    }
  }

  private void stillThis(Intent intent, Object given) {
    Optional<Identity> known = company.identities().find(user);
    if (known.isPresent() && !known.get().device().equals(intent.device().orElseThrow())) {
      state = State.STARTING;
      throw new Replaced("goes on as the device " + known.get().device());
    }
    if (!device.given().equals(given)) {
      state = State.STARTING;
      throw new Replaced("begins anew with the token or password that was given meanwhile");
    }
  }

  /** A device that is gone and a token that is refused are looked into by the next making ready. */
  private void away(HomeserverFailure failure) throws InterruptedException {
    if (failure instanceof MatrixException e && e.isUnknownDevice()) {
      LOG.warn("event=device_refused user={} {}", user, e.getMessage());
    } else if (!Thread.currentThread().isInterrupted()) {
      note(State.WAITING, String.valueOf(failure.getMessage()));
    }
    pauses.pause();
  }

  /**
   * Waits until something of the user was changed, by a command in another process or in a file
   * that the configuration names, for a while at most: what was refused, or failed, may not be any
   * more.
   */
  private void halted(State why, String sentence, Object given) throws InterruptedException {
    if (state != why) {
      LOG.warn("event=account_state user={} state={} {}", user, why.word(), sentence);
      state = why;
    }
    company.identities().note(user, why, sentence);
    noteKnown();
    Optional<Identity> before = company.identities().find(user);
    long began = System.nanoTime();
    while (company.identities().find(user).equals(before) && device.given().equals(given)) {
      if (System.nanoTime() - began >= tryAgain.toNanos()) {
        return;
      }
      lookAgain();
    }
    state = State.STARTING;
  }
}
