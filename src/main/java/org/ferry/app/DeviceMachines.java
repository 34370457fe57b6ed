package org.ferry.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.FencedOutException;
import org.ferry.crypto.Incident;
import org.ferry.crypto.Lease;
import org.ferry.crypto.OlmMachine;
import org.ferry.crypto.OutgoingRequest;
import org.ferry.crypto.RequestFailure;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomSettings;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.SyncInput;
import org.ferry.crypto.SyncOutcome;
import org.ferry.crypto.keys.Keyring;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.Identities;
import org.ferry.live.sync.Machine;
import org.ferry.live.sync.Machines;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.ferry.store.crypto.PgCryptoStore;
import org.ferry.store.crypto.PgRoomKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the machines of devices over the database. Who leads was decided before: so a lease is
 * taken at once, and whoever held it is fenced out by its epoch.
 */
final class DeviceMachines implements Machines, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceMachines.class);
  private static final String HOLDER = "ferry run";
  private static final Duration TTL = Duration.ofSeconds(15);
  private static final Duration RENEWAL = Duration.ofSeconds(5);

  private final Database database;
  private final Keyring keyring;
  private final PgRoomKeys roomKeys;
  private final InstantSource clock;
  private final Predicate<UserId> own;
  private final Identities identities;
  private final Map<Incident, Long> closed = new EnumMap<>(Incident.class);
  private final Set<Open> opened = new HashSet<>();

  /**
   * Machines over a database.
   *
   * @param database stays the caller's
   * @param keyring stays the caller's
   * @param clock now
   * @param own Ferry's own users, whose devices are signed with an identity that Ferry makes; none
   *     where that is not wanted
   * @param identities told where a device stays unsigned
   */
  DeviceMachines(
      Database database,
      Keyring keyring,
      InstantSource clock,
      Predicate<UserId> own,
      Identities identities) {
    this.database = database;
    this.keyring = keyring;
    this.roomKeys = new PgRoomKeys(database, keyring, PgRoomKeys.CACHED);
    this.clock = clock;
    this.own = own;
    this.identities = identities;
  }

  @Override
  public Machine open(DeviceRef device) {
    PgCryptoStore store = PgCryptoStore.of(database, roomKeys, device);
    Lease lease = store.claim(HOLDER, TTL).orElseThrow(() -> new FencedOutException(device));
    OlmMachine machine =
        OlmMachine.open(
            store,
            roomKeys,
            keyring,
            lease,
            clock,
            sentence -> LOG.warn("event=device_alarm device=\"{}\" {}", device, sentence));
    OwnSignatures signing =
        own.test(device.user()) ? new OwnSignatures(machine, identities, clock) : null;
    Open open = new Open(this, store, lease, machine, signing);
    synchronized (opened) {
      boolean unused = opened.add(open);
    }
    return open;
  }

  /** How often what was thrown away or noted by all of them, those that were closed included. */
  Map<Incident, Long> incidents() {
    synchronized (opened) {
      Map<Incident, Long> all = new EnumMap<>(closed);
      opened.forEach(open -> add(open.machine.incidents(), all));
      return all;
    }
  }

  private void ended(Open open) {
    synchronized (opened) {
      if (opened.remove(open)) {
        add(open.machine.incidents(), closed);
      }
    }
  }

  private static void add(Map<Incident, Long> more, Map<Incident, Long> to) {
    more.forEach((incident, n) -> {
      Long unused = to.merge(incident, n, Long::sum);
    });
  }

  @Override
  public void close() {
    roomKeys.close();
  }

  /** A machine with its lease, which is renewed until it is closed. */
  private static final class Open implements Machine {
    private final DeviceMachines house;
    private final PgCryptoStore store;
    private final Lease lease;
    private final OlmMachine machine;
    private final Thread renewal;
    private final Lock witnessing = new ReentrantLock();
    private final @Nullable OwnSignatures signing;

    Open(
        DeviceMachines house,
        PgCryptoStore store,
        Lease lease,
        OlmMachine machine,
        @Nullable OwnSignatures signing) {
      this.house = house;
      this.store = store;
      this.lease = lease;
      this.machine = machine;
      this.signing = signing;
      this.renewal = Thread.ofVirtual().name("lease " + store.device()).start(this::renew);
    }

    /**
     * A database that is away is asked again; a lease that is lost stays so, and shows at the next
     * commit.
     */
    private void renew() {
      boolean told = false;
      while (true) {
        try {
          Thread.sleep(RENEWAL);
          store.renew(lease);
          told = false;
        } catch (InterruptedException e) {
          // reason: the machine is closed.
          return;
        } catch (FencedOutException e) {
          LOG.warn("event=device_taken_over device=\"{}\"", store.device());
          return;
        } catch (LedgerException e) {
          if (!told) {
            LOG.warn("event=lease_not_renewed device=\"{}\" {}", store.device(), e.getMessage());
            told = true;
          }
        }
      }
    }

    @Override
    public Optional<String> syncToken() {
      return store.syncToken();
    }

    @Override
    public SyncOutcome receive(SyncInput input) {
      return machine.receive(input);
    }

    /** One thread asks. */
    @Override
    public List<OutgoingRequest> outgoing() {
      if (signing != null) {
        signing.tend();
      }
      return machine.outgoing();
    }

    @Override
    public void answered(OutgoingRequest request, JsonNode response) {
      machine.answered(request, response);
    }

    @Override
    public void failed(OutgoingRequest request, RequestFailure failure) {
      machine.failed(request, failure);
    }

    @Override
    public DecryptOutcome decrypt(RoomId room, ObjectNode event) {
      return machine.decrypt(room, event);
    }

    @Override
    public void handled(EventId event) {
      machine.handled(List.of(event));
    }

    @Override
    public List<OutgoingRequest> prepare(RoomId room, Set<UserId> members, RoomSettings settings) {
      return machine.prepare(room, members, settings);
    }

    @Override
    public ObjectNode encrypt(RoomId room, String txn, String type, ObjectNode content) {
      return machine.encrypt(room, txn, type, content);
    }

    @Override
    public void sent(String txn) {
      machine.sent(txn);
    }

    @Override
    public long mark() {
      return machine.mark();
    }

    @Override
    public Lock witnessing() {
      return witnessing;
    }

    @Override
    public long raiseMark() {
      return machine.raiseMark();
    }

    @Override
    public boolean goesOn(RoomId room) {
      return machine.goesOn(room);
    }

    @Override
    public boolean isSetBack(RoomId room, List<ObjectNode> said) {
      return machine.isSetBack(room, said);
    }

    @Override
    public void begunAnew(long seen) {
      machine.begunAnew(seen);
    }

    @Override
    public void homeserverSetBack() {
      machine.homeserverSetBack();
    }

    @Override
    public boolean isSigned() {
      return machine.isSigned();
    }

    @Override
    public boolean isQueued(OutgoingRequest.ToDevice message) {
      return machine.isQueued(message);
    }

    @Override
    public boolean adoptIdentity(String name, Secret seed) {
      return machine.adoptIdentity(name, seed);
    }

    @Override
    public boolean refuteIdentity(Secret master, Secret selfSigning) {
      return machine.refuteIdentity(master, selfSigning);
    }

    @Override
    public List<SessionRef> missing(int limit) {
      return machine.missing(limit);
    }

    @Override
    public void sought(List<SessionRef> refs, Duration pause) {
      machine.sought(refs, pause);
    }

    @Override
    public Optional<Secret> backupKey() {
      return machine.backupKey();
    }

    @Override
    public boolean keepBackupKey(Secret key) {
      return machine.keepBackupKey(key);
    }

    @Override
    public void dropBackupKey() {
      machine.dropBackupKey();
    }

    @Override
    public Set<SessionRef> restored(List<RoomKey> found) {
      return machine.restored(found);
    }

    @Override
    public void close() {
      renewal.interrupt();
      machine.close();
      house.ended(this);
      store.release(lease);
    }
  }
}
