package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
      set epoch = epoch + 1, holder = $2, ttl = $3, lease_until = clock_timestamp() + $3 * interval '1 ms'
      where id = $1 and (lease_until < clock_timestamp() or holder = $2) returning epoch
      """;
  private static final String RENEW =
      """
      update ferry.olm_device set lease_until = clock_timestamp() + ttl * interval '1 ms'
      where id = $1 and epoch = $2
      """;
  private static final String RELEASE =
      "update ferry.olm_device set lease_until = '-infinity' where id = $1 and epoch = $2";
  private static final String SESSIONS =
      """
      select sender_key, session_id, pickle, key_generation, created_at, received_at
      from ferry.olm_session where device = $1 and sender_key = $2
      order by coalesce(received_at, created_at) desc, session_id
      """;
  private static final String WITH_SESSION =
      "select distinct sender_key from ferry.olm_session where device = $1 and sender_key ="
          + " any($2)";
  private static final String PROCESSED =
      "select 1 from ferry.olm_processed where device = $1 and hash = $2";
  private static final String TRACKED =
      """
      select user_id, outdated, changed_at, answered_at, identity, pinned, retry_at, failures
      from ferry.olm_tracked where device = $1
      """;
  private static final String PEERS =
      "select user_id, device_id, curve25519, ed25519, keys, gone from ferry.olm_peer where device"
          + " = $1";
  static final String OWN =
      """
      select p.user_id, p.device_id, p.curve25519, p.ed25519, p.keys, p.gone,
        t.user_id, t.outdated, t.changed_at, t.answered_at, t.identity, t.pinned, t.retry_at, t.failures
      from ferry.olm_account a join ferry.olm_device d on d.id = a.device
        join ferry.olm_peer p
          on p.device = d.id and p.user_id = d.user_id and p.device_id = d.device_id
        join ferry.olm_tracked t on t.device = d.id and t.user_id = d.user_id
      where a.curve25519 = $1 and a.ed25519 = $2 and p.curve25519 = $1 and p.ed25519 = $2
      """;
  private static final String UNWEDGINGS =
      "select sender_key, user_id, device_id, at, wanted from ferry.olm_unwedging where device ="
          + " $1";
  private static final String QUEUED =
      "select id, event_type, body, room_id, session_id from ferry.olm_queue where device = $1";
  private static final String SHARES =
      """
      select user_id, device_id, sender_key, message_index, withheld from ferry.megolm_share
      where device = $1 and room_id = $2 and session_id = $3
      """;
  private static final String REQUESTS =
      "select room_id, session_id, id, at, sender from ferry.megolm_request q";
  private static final String UNAWAITED =
      """
       and not exists (select from ferry.megolm_waiting w where w.device = q.device
        and w.room_id = q.room_id and w.session_id = q.session_id
      """
          + WaitingRows.LACKING
          + ")";
  private static final String WITHHELD =
      """
      select sender, sender_key, code, reason from ferry.megolm_withheld
      where device = $1 and room_id = $2 and session_id = $3 order by sender
      """;
  private static final String WITHHELD_BY =
      "select count(*)::int from ferry.megolm_withheld where device = $1 and sender = $2";
  private static final String PRUNE_WITHHELD =
      "delete from ferry.megolm_withheld where device = $1 and at < $2";
  private static final String ASKED =
      """
      select asker, count(*)::int from ferry.megolm_asked where device = $1
      group by asker order by min(at), asker
      """;
  private static final String PRUNE =
      "delete from ferry.olm_processed where device = $1 and at < $2";

  private final Database database;
  private final PgRoomKeys roomKeys;
  private final DeviceRef ref;
  private final long id;
  private final WaitingRows waiting;

  private PgCryptoStore(Database database, PgRoomKeys roomKeys, DeviceRef ref, long id) {
    this.database = database;
    this.roomKeys = roomKeys;
    this.ref = ref;
    this.id = id;
    this.waiting = new WaitingRows(database, id);
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
    return all(database.run(SESSIONS, id, senderKey), CryptoRows::session);
  }

  @Override
  public Set<String> withSession(Collection<String> senderKeys) {
    return new HashSet<>(
        all(
            database.run(WITH_SESSION, id, senderKeys.toArray(String[]::new)),
            r -> r.getString(0)));
  }

  @Override
  public boolean processed(String hash) {
    return database.run(PROCESSED, id, hash).rowCount() > 0;
  }

  @Override
  public List<Tracked> tracked() {
    return all(database.run(TRACKED, id), CryptoRows::tracked);
  }

  @Override
  public List<Device> devices(Collection<UserId> users) {
    String[] names = users.stream().map(UserId::value).toArray(String[]::new);
    return all(database.run(PEERS + " and user_id = any($2)", id, names), CryptoRows::device);
  }

  @Override
  public List<Device> devicesByKey(String curve25519) {
    return all(database.run(PEERS + " and curve25519 = $2", id, curve25519), CryptoRows::device);
  }

  @Override
  public Optional<OwnDevice> own(String curve25519, String ed25519) {
    return one(
        database.run(OWN, curve25519, ed25519),
        r -> new OwnDevice(CryptoRows.device(r), CryptoRows.tracked(r, 6)));
  }

  @Override
  public Optional<Unwedging> unwedging(String senderKey) {
    return one(
        database.run(UNWEDGINGS + " and sender_key = $2", id, senderKey), CryptoRows::unwedging);
  }

  @Override
  public List<Unwedging> unwedgings() {
    return all(database.run(UNWEDGINGS + " and wanted order by at", id), CryptoRows::unwedging);
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
    return all(
        database.run(WITHHELD, id, session.room().value(), session.session()),
        r ->
            new Withheld(
                session,
                new UserId(r.getString(0)),
                r.getString(1),
                r.getString(2),
                r.getString(3)));
  }

  @Override
  public int withheldBy(UserId sender) {
    return database.run(WITHHELD_BY, id, sender.value()).iterator().next().getInteger(0);
  }

  @Override
  public Optional<KeyRequest> request(SessionRef session) {
    return ofSession(REQUESTS, session, CryptoRows::request);
  }

  @Override
  public List<KeyRequest> settled(int limit) {
    return all(
        database.run(REQUESTS + " where device = $1" + UNAWAITED + " limit $2", id, limit),
        CryptoRows::request);
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
    return ofSession("select first_index from ferry.megolm_received", session, r -> r.getLong(0))
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  @Override
  public Map<DeviceId, Integer> asked() {
    Map<DeviceId, Integer> asked = new LinkedHashMap<>();
    for (Row row : database.run(ASKED, id)) {
      asked.put(new DeviceId(row.getString(0)), row.getInteger(1));
    }
    return asked;
  }

  @Override
  public List<AskedKey> asked(DeviceId by, int limit) {
    return all(
        database.run(
            """
            select asker, id, room_id, session_id, at from ferry.megolm_asked
            where device = $1 and asker = $2 order by at, id limit $3
            """,
            id,
            by.value(),
            limit),
        CryptoRows::asked);
  }

  @Override
  public Optional<SecretRequest> secretRequest(String name) {
    return one(
        database.run(
            "select name, id, at from ferry.secret_request where device = $1 and name = $2",
            id,
            name),
        r -> new SecretRequest(r.getString(0), r.getString(1), r.getOffsetDateTime(2).toInstant()));
  }

  private <T> Optional<T> ofSession(String sql, SessionRef session, Function<Row, T> read) {
    return one(
        database.run(
            sql + " where device = $1 and room_id = $2 and session_id = $3",
            id,
            session.room().value(),
            session.session()),
        read);
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
  public List<MessageUse> use(List<MessageUse> uses) {
    return IndexRows.use(database, uses);
  }

  @Override
  public void await(Collection<WaitingEvent> events) {
    waiting.add(events);
  }

  @Override
  public List<WaitingEvent> ready(int limit) {
    return waiting.ready(limit);
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
  public long giveUp(Instant before, int perRoom) {
    return waiting.giveUp(before, perRoom);
  }

  @Override
  public void prune(Instant before) {
    var unused = database.run(PRUNE, id, CryptoWrites.time(before));
    unused = database.run(PRUNE_WITHHELD, id, CryptoWrites.time(before));
  }

  static <T> List<T> all(RowSet<Row> rows, Function<Row, T> read) {
    List<T> all = new ArrayList<>(rows.size());
    rows.forEach(r -> all.add(read.apply(r)));
    return all;
  }

  private static <T> Optional<T> one(RowSet<Row> rows, Function<Row, T> read) {
    return all(rows, read).stream().findFirst();
  }
}
