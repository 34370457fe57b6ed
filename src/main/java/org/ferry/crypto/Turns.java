package org.ferry.crypto;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a device, one at a time: what each changes is written whole or not at all. After one
 * that failed, what is in memory is read anew, for it may be ahead of the store.
 */
final class Turns implements AutoCloseable {
  private final Means means;
  private final Company company;
  private final Consumer<String> alarm;
  private final ReentrantLock lock = new ReentrantLock();
  private final OlmSessions sessions;
  private final OwnSecrets ownSecrets;
  private final Insistence insistence = new Insistence();
  private AccountKeeper account;
  private Parts parts;
  private boolean behind;
  private @Nullable DeviceBrokenException broken;

  /**
   * What a device works with.
   *
   * @param store what it keeps
   * @param keys the room keys
   * @param pickler what secrets are protected with
   * @param lease the right to write
   * @param clock for the age of keys
   */
  record Means(
      CryptoStore store, RoomKeys keys, Pickler pickler, Lease lease, InstantSource clock) {}

  /** What others use too, beside the turns. */
  record Company(DeviceLists lists, Judge judge, Tally tally, Progress progress) {}

  /** What works with the account; made anew with it. */
  record Parts(
      ToDeviceInbox inbox,
      RoomKeyInbox roomKeys,
      Claims claims,
      RoomEncryptor encryptor,
      SelfSigning signing,
      KeyRequests requests,
      KeyGiver giver,
      SecretRequests secrets) {}

  Turns(Means means, Company company, Consumer<String> alarm) {
    this.means = means;
    this.company = company;
    this.alarm = alarm;
    this.sessions = new OlmSessions(means.store(), means.pickler(), company.tally());
    this.ownSecrets = new OwnSecrets(means.store(), means.pickler(), company.tally(), alarm);
    this.account = open();
    this.parts = assemble();
  }

  private AccountKeeper open() {
    CryptoStore store = means.store();
    return AccountKeeper.open(store.device(), means.pickler(), store.account());
  }

  private Parts assemble() {
    Unwedger unwedger = new Unwedger(means.store(), company.lists());
    RoomKeyInbox roomKeys =
        new RoomKeyInbox(means.store(), company.lists(), company.judge(), unwedger);
    OlmOutbox outbox = new OlmOutbox(means.store().device(), account, sessions);
    Claims claims = new Claims(means.store(), account, sessions, outbox);
    SelfSigning signing =
        new SelfSigning(means.store(), means.pickler(), ownSecrets, company.lists(), insistence);
    KeyGiver giver =
        new KeyGiver(means.store(), means.keys(), company.lists(), signing, claims, outbox);
    SecretRequests secrets =
        new SecretRequests(means.store(), means.pickler(), ownSecrets, company.lists(), signing);
    var takers = new ToDeviceInbox.Takers(roomKeys, giver, secrets);
    return new Parts(
        new ToDeviceInbox(means.store(), account, sessions, company.lists(), takers, unwedger),
        roomKeys,
        claims,
        new RoomEncryptor(means, account, company.lists(), claims, outbox, company.progress()),
        signing,
        new KeyRequests(means.store(), company.lists()),
        giver,
        secrets);
  }

  /** The account; another one after a turn that failed. */
  AccountKeeper account() {
    return account;
  }

  /** What works with the account. */
  Parts parts() {
    return parts;
  }

  /**
   * Does something, and commits what it changes.
   *
   * @param work what to do; its result is given back
   */
  <T> T take(Function<Turn, T> work) {
    lock.lock();
    try {
      ready();
      Turn turn = Turn.at(means.clock().instant(), company.tally());
      T result;
      try {
        result = work.apply(turn);
        var unused = commit(turn);
      } catch (RuntimeException e) {
        behind = true;
        broken = e instanceof DeviceBrokenException b ? b : broken;
        throw e;
      } finally {
        parts.roomKeys().close();
        parts.encryptor().close();
      }
      turn.alarms().forEach(alarm);
      return result;
    } finally {
      lock.unlock();
    }
  }

  /** Does something that has no result, and commits what it changes. */
  void run(Consumer<Turn> work) {
    boolean unused =
        take(turn -> {
          work.accept(turn);
          return true;
        });
  }

  /**
   * Writes what a turn has changed so far.
   *
   * @return the sessions of room keys that are new or better than before
   */
  Set<SessionRef> commit(Turn turn) {
    account.flush(turn.changes());
    sessions.flush(turn.changes());
    if (turn.changes().isEmpty()) {
      return Set.of();
    }
    List<CryptoChange> changes = turn.changes().drain();
    Map<SessionRef, RoomKeys.Added> added = means.store().commit(means.lease(), changes);
    for (CryptoChange change : changes) {
      if (change instanceof CryptoChange.PutOutbound c) {
        company.progress().committed(c.session());
      }
    }
    if (changes.stream().anyMatch(CryptoChange.PutDevice.class::isInstance)) {
      company.lists().written();
    }
    added.values().stream()
        .filter(a -> a == RoomKeys.Added.UNCONNECTED || a == RoomKeys.Added.KEPT)
        .forEach(a ->
            company
                .tally()
                .count(
                    a == RoomKeys.Added.KEPT
                        ? Incident.NO_BETTER_ROOM_KEY
                        : Incident.UNCONNECTED_ROOM_KEY));
    return added.entrySet().stream()
        .filter(e -> e.getValue() == RoomKeys.Added.NEW || e.getValue().changes())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** What a turn that failed left in memory may be ahead of the store: it is read anew. */
  private void ready() {
    if (broken != null) {
      throw broken;
    }
    if (behind) {
      sessions.forget();
      company.lists().load();
      AccountKeeper before = account;
      account = open();
      before.close();
      parts = assemble();
      behind = false;
    }
  }

  /** What is in memory is read anew before the next turn. */
  void beginAnew() {
    behind = true;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      sessions.forget();
      account.close();
    } finally {
      lock.unlock();
    }
  }
}
