package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.ferry.crypto.AccountState;
import org.ferry.crypto.AskedKey;
import org.ferry.crypto.CryptoChange;
import org.ferry.crypto.CryptoStore;
import org.ferry.crypto.Device;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.FencedOutException;
import org.ferry.crypto.KeyRequest;
import org.ferry.crypto.Lease;
import org.ferry.crypto.MessageUse;
import org.ferry.crypto.OutboundSession;
import org.ferry.crypto.OwnDevice;
import org.ferry.crypto.PickledSession;
import org.ferry.crypto.QueuedMessage;
import org.ferry.crypto.Refusals;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeys;
import org.ferry.crypto.SealedSecret;
import org.ferry.crypto.SecretRequest;
import org.ferry.crypto.SentMessage;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.Share;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.Unwedging;
import org.ferry.crypto.WaitingEvent;
import org.ferry.crypto.Withheld;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.Database;

/** What a device keeps, in PostgreSQL. For any number of threads. */
public final class PgCryptoStore implements CryptoStore {
  private static final String MAKE =
      "insert into ferry.olm_device (user_id, device_id) values ($1, $2) on conflict do nothing";
  private static final String FIND =
      "select id from ferry.olm_device where user_id = $1 and device_id = $2";
  private static final String CLAIM =
      """
      update ferry.olm_device
      set epoch = epoch + 1, holder = $2, ttl = $3,
        lease_until = clock_timestamp() + $3::bigint * interval '1 ms'
      where id = $1 and (lease_until < clock_timestamp() or holder = $2) returning epoch
      """;
  private static final String RENEW =
      """
      update ferry.olm_device set lease_until = clock_timestamp() + ttl * interval '1 ms'
      where id = $1 and epoch = $2
      """;
  private static final String RELEASE =
      "update ferry.olm_device set lease_until = '-infinity' where id = $1 and epoch = $2";
  private static final String QUEUED =
      "select id, event_type, body, room_id, session_id from ferry.olm_queue where device = $1";
  private static final String SHARES =
      """
      select user_id, device_id, sender_key, message_index, withheld from ferry.megolm_share
      where device = $1 and room_id = $2 and session_id = $3
      """;
  private static final String FORMER_SECRETS =
      """
      select d.device_id, s.name, s.key_generation, s.sealed
      from ferry.olm_device d join ferry.olm_secret s on s.device = d.id
      where d.user_id = $1 and d.id <> $2 order by d.id desc, s.name
      """;
  // No message is tried for longer than a day.
  private static final String PRUNE =
      """
      with given_up as (
        delete from ferry.megolm_sent
        where device = $1 and at < clock_timestamp() - interval '2 days'
      )
      delete from ferry.olm_processed where device = $1 and at < $2
      """;

  // Anybody may begin a session with any key. What is gone cannot be begun again: its one-time key
  // is
  // gone, and its first message is known by its hash for as long as a fallback key may serve.
  private static final String PRUNE_SESSIONS =
      """
      delete from ferry.olm_session s
      where s.device = $1
        and coalesce(s.received_at, s.created_at) < case
          when exists (select from ferry.olm_peer p
            where p.device = s.device and p.curve25519 = s.sender_key) then $2::timestamptz
          else $3::timestamptz end
        and not exists (select from ferry.olm_peer p where p.device = s.device
          and p.curve25519 = s.sender_key and p.gone_at is null)
      """;

  private final Database database;
  private final PgRoomKeys roomKeys;
  private final DeviceRef ref;
  private final long id;
  private final WaitingRows waiting;
  private final PeerRows peers;
  private final TradeRows trade;

  private PgCryptoStore(Database database, PgRoomKeys roomKeys, DeviceRef ref, long id) {
    this.database = database;
    this.roomKeys = roomKeys;
    this.ref = ref;
    this.id = id;
    this.waiting = new WaitingRows(database, id);
    this.peers = new PeerRows(database, id);
    this.trade = new TradeRows(database, id);
  }

  /**
   * The store of a device, which is made where it is new.
   *
   * @param database stays the caller's
   * @param roomKeys in the same database; stay the caller's
   * @param ref which device
   */
  public static PgCryptoStore of(Database database, PgRoomKeys roomKeys, DeviceRef ref) {
    String user = ref.user().value();
    String device = ref.device().value();
    var unused = database.run(MAKE, user, device);
    return new PgCryptoStore(
        database, roomKeys, ref, database.run(FIND, user, device).iterator().next().getLong(0));
  }

  @Override
  public DeviceRef device() {
    return ref;
  }

  @Override
  public Optional<Lease> claim(String holder, Duration ttl) {
    return one(database.run(CLAIM, id, holder, ttl.toMillis()), r -> new Lease(r.getLong(0)));
  }

  @Override
  public void renew(Lease lease) {
    fence(database.run(RENEW, id, lease.epoch()).rowCount());
  }

  @Override
  public void release(Lease lease) {
    var unused = database.run(RELEASE, id, lease.epoch());
  }

  private void fence(int rows) {
    if (rows != 1) {
      throw new FencedOutException(ref);
    }
  }

  @Override
  public Map<SessionRef, RoomKeys.Added> commit(Lease lease, List<CryptoChange> changes) {
    List<RoomKey> keys =
        changes.stream()
            .filter(CryptoChange.PutRoomKey.class::isInstance)
            .map(c -> ((CryptoChange.PutRoomKey) c).key())
            .toList();
    Optional<List<RoomKeys.Added>> added =
        database.transaction(connection -> {
          // Locks the row, so that a claim waits for this commit and this commit for a claim.
          int ours =
              Database.await(connection.preparedQuery(RENEW).execute(Tuple.of(id, lease.epoch())))
                  .rowCount();
          if (ours != 1) {
            return Optional.empty();
          }
          CryptoWrites.write(connection, id, changes);
          return Optional.of(keys.isEmpty() ? List.of() : add(connection, keys));
        });
    if (added.isEmpty()) {
      throw new FencedOutException(ref);
    }
    roomKeys.added(keys);
    Map<SessionRef, RoomKeys.Added> outcome = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      SessionRef session = new SessionRef(keys.get(i).room(), keys.get(i).session().sessionId());
      outcome.merge(session, added.get().get(i), (a, b) -> a.compareTo(b) < 0 ? a : b);
    }
    return outcome;
  }

  /** A key that does not fit the one that is there gives no right to that one. */
  private List<RoomKeys.Added> add(SqlConnection connection, List<RoomKey> keys) throws Exception {
    List<RoomKeys.Added> added = roomKeys.add(connection, keys);
    List<RoomKey> fitting = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (added.get(i) != RoomKeys.Added.UNCONNECTED) {
        var unused = fitting.add(keys.get(i));
      }
    }
    CryptoWrites.received(connection, id, fitting);
    return added;
  }

  @Override
  public Optional<AccountState> account() {
    return one(
        database.run(
            """
            select pickle, key_generation, curve25519, ed25519, uploaded, server_keys, fallback_used,
              fallback_made_at, forget_fallback_at, refusals
            from ferry.olm_account where device = $1
            """,
            id),
        CryptoRows::account);
  }

  @Override
  public Optional<String> syncToken() {
    Row row =
        database.run("select sync_token from ferry.olm_device where id = $1", id).iterator().next();
    return Optional.ofNullable(row.getString(0));
  }

  @Override
  public List<PickledSession> sessions(String senderKey) {
    return peers.sessions(senderKey);
  }

  @Override
  public boolean processed(String hash) {
    return peers.processed(hash);
  }

  @Override
  public List<Tracked> tracked() {
    return peers.tracked();
  }

  @Override
  public List<Tracked> known(Collection<UserId> users) {
    return peers.known(users);
  }

  @Override
  public List<UserId> idle(Instant since) {
    return peers.idle(since);
  }

  @Override
  public Optional<OwnDevice> known(
      SessionRef session, UserId user, String curve25519, String ed25519) {
    return peers.known(session, user, curve25519, ed25519);
  }

  @Override
  public boolean isAsking(SessionRef session, UserId user) {
    return peers.isAsking(session, user);
  }

  @Override
  public Set<DeviceRef> noOlm(Collection<UserId> users) {
    return peers.noOlm(users);
  }

  @Override
  public int strange(UserId sender, int limit) {
    return trade.strange(sender, limit);
  }

  @Override
  public boolean knows(RoomId room) {
    return trade.knows(room);
  }

  @Override
  public List<Device> devices(Collection<UserId> users) {
    return peers.devices(users);
  }

  @Override
  public List<Device> devicesByKey(String curve25519) {
    return peers.devicesByKey(curve25519);
  }

  @Override
  public Optional<OwnDevice> own(String curve25519, String ed25519) {
    return peers.own(curve25519, ed25519);
  }

  @Override
  public Optional<Unwedging> unwedging(String senderKey) {
    return peers.unwedging(senderKey);
  }

  @Override
  public List<Unwedging> unwedgings() {
    return peers.unwedgings();
  }

  @Override
  public List<QueuedMessage> queued(int limit) {
    return all(database.run(QUEUED + " order by position limit $2", id, limit), CryptoRows::queued);
  }

  @Override
  public List<QueuedMessage> queued(SessionRef session) {
    return all(
        database.run(
            QUEUED + " and room_id = $2 and session_id = $3 order by position",
            id,
            session.room().value(),
            session.session()),
        CryptoRows::queued);
  }

  @Override
  public boolean isQueued(String message) {
    return database
        .run(
            "select exists (select from ferry.olm_queue where device = $1 and id = $2)",
            id,
            message)
        .iterator()
        .next()
        .getBoolean(0);
  }

  @Override
  public Optional<Refusals> refusals(String message) {
    return one(
        database.run(
            "select refusals, refused_since from ferry.olm_queue where device = $1 and id = $2 and"
                + " refusals > 0",
            id,
            message),
        r -> new Refusals(r.getInteger(0), r.getOffsetDateTime(1).toInstant()));
  }

  @Override
  public long mark() {
    return database
        .run("select mark from ferry.olm_device where id = $1", id)
        .iterator()
        .next()
        .getLong(0);
  }

  @Override
  public Optional<OutboundSession> outbound(RoomId room) {
    return one(
        database.run(
            """
            select room_id, session_id, pickle, key_generation, created_at, messages, history_visibility
            from ferry.megolm_outbound where device = $1 and room_id = $2
            """,
            id,
            room.value()),
        CryptoRows::outbound);
  }

  @Override
  public Map<DeviceRef, Share> shares(SessionRef session) {
    Map<DeviceRef, Share> shares = new LinkedHashMap<>();
    for (Row row : database.run(SHARES, id, session.room().value(), session.session())) {
      Share share = CryptoRows.share(row);
      shares.put(share.device(), share);
    }
    return shares;
  }

  @Override
  public Optional<SentMessage> sent(String txn) {
    return one(
        database.run(
            "select txn_id, room_id, content from ferry.megolm_sent where device = $1 and txn_id ="
                + " $2",
            id,
            txn),
        CryptoRows::sent);
  }

  @Override
  public List<Withheld> withheld(SessionRef session) {
    return trade.withheld(session);
  }

  @Override
  public int withheldBy(UserId sender) {
    return trade.withheldBy(sender);
  }

  @Override
  public Optional<KeyRequest> request(SessionRef session) {
    return trade.request(session);
  }

  @Override
  public List<KeyRequest> settled(int limit) {
    return trade.settled(limit);
  }

  @Override
  public List<SessionRef> missing(Instant since, Instant now, int limit) {
    return waiting.missing(since, now, limit);
  }

  @Override
  public void sought(Collection<SessionRef> refs, Instant now, Duration pause) {
    waiting.sought(refs, now, pause);
  }

  @Override
  public OptionalLong received(SessionRef session) {
    return trade.received(session);
  }

  @Override
  public Map<DeviceId, Integer> asked() {
    return trade.asked();
  }

  @Override
  public List<AskedKey> asked(DeviceId by, int limit) {
    return trade.asked(by, limit);
  }

  @Override
  public Optional<SecretRequest> secretRequest(String name) {
    return trade.secretRequest(name);
  }

  @Override
  public Optional<SealedSecret> secret(String name) {
    return one(
        database.run(
            "select key_generation, sealed from ferry.olm_secret where device = $1 and name = $2",
            id,
            name),
        r -> new SealedSecret(r.getInteger(0), r.getBuffer(1).getBytes()));
  }

  @Override
  public Map<DeviceRef, Map<String, SealedSecret>> formerSecrets() {
    Map<DeviceRef, Map<String, SealedSecret>> former = new LinkedHashMap<>();
    for (Row row : database.run(FORMER_SECRETS, ref.user().value(), id)) {
      DeviceRef device = new DeviceRef(ref.user(), new DeviceId(row.getString(0)));
      var unused =
          former
              .computeIfAbsent(device, d -> new LinkedHashMap<>())
              .put(
                  row.getString(1),
                  new SealedSecret(row.getInteger(2), row.getBuffer(3).getBytes()));
    }
    return former;
  }

  @Override
  public List<MessageUse> use(List<MessageUse> uses) {
    return IndexRows.use(database, uses);
  }

  @Override
  public void await(Collection<WaitingEvent> events) {
    waiting.add(events);
  }

  @Override
  public List<WaitingEvent> waiting(SessionRef session, int limit) {
    return waiting.of(session, limit);
  }

  @Override
  public List<WaitingEvent> unrequested(Instant before, int limit) {
    return waiting.unrequested(before, limit);
  }

  @Override
  public void handled(Collection<EventId> events) {
    waiting.remove(events);
  }

  @Override
  public void inherit() {
    waiting.inherit();
  }

  @Override
  public void pruneSessions(Instant unlisted, Instant unknown) {
    var unused =
        database.run(PRUNE_SESSIONS, id, CryptoWrites.time(unlisted), CryptoWrites.time(unknown));
  }

  @Override
  public long giveUp(Instant before, int perRoom) {
    return waiting.giveUp(before, perRoom);
  }

  @Override
  public void prune(Instant before) {
    var unused = database.run(PRUNE, id, CryptoWrites.time(before));
    trade.prune(before);
  }

  static <T> List<T> all(RowSet<Row> rows, Function<Row, T> read) {
    List<T> all = new ArrayList<>(rows.size());
    rows.forEach(r -> all.add(read.apply(r)));
    return all;
  }

  static <T> Optional<T> one(RowSet<Row> rows, Function<Row, T> read) {
    return all(rows, read).stream().findFirst();
  }
}
