package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.Device;
import org.ferry.crypto.DeviceRef;
import org.ferry.crypto.OwnDevice;
import org.ferry.crypto.PickledSession;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.Tracked;
import org.ferry.crypto.Unwedging;
import org.ferry.id.UserId;
import org.ferry.store.Database;

/** What a device knows of other devices, and its sessions with them. */
final class PeerRows {
  private static final String SESSIONS =
      """
      select sender_key, session_id, pickle, key_generation, created_at, received_at, spoiled
      from ferry.olm_session where device = $1 and sender_key = $2
      order by coalesce(received_at, created_at) desc, session_id
      """;
  private static final String PROCESSED =
      "select 1 from ferry.olm_processed where device = $1 and hash = $2";
  private static final String TRACKED =
      """
      select user_id, outdated, changed_at, answered_at, identity, pinned, retry_at, failures
      from ferry.olm_tracked where device = $1
      """;

  /** Whoever is followed for long, was given no key that is used, and was not heard of for long. */
  static final String IDLE =
      """
      select t.user_id from ferry.olm_tracked t join ferry.olm_device d on d.id = t.device
      where t.device = $1 and t.followed and t.followed_at < $2 and t.user_id <> d.user_id
        and (not t.outdated or t.failures > 5)
        and not exists (select from ferry.megolm_share s
          where s.device = t.device and s.user_id = t.user_id and s.withheld = '')
        and not exists (select from ferry.olm_peer p
          join ferry.olm_session o on o.device = p.device and o.sender_key = p.curve25519
          where p.device = t.device and p.user_id = t.user_id
            and coalesce(o.received_at, o.created_at) >= $2)
      order by t.user_id
      """;

  /** Whoever follows the user now knows best. */
  static final String KNOWN =
      """
      select p.user_id, p.device_id, p.curve25519, p.ed25519, p.keys, p.gone_at,
        t.user_id, t.outdated, t.changed_at, t.answered_at, t.identity, t.pinned, t.retry_at, t.failures
      from ferry.megolm_received r
        join ferry.olm_peer p on p.device = r.device and p.user_id = $3 and p.curve25519 = $4
          and p.ed25519 = $5
        join ferry.olm_tracked t on t.device = p.device and t.user_id = p.user_id
      where r.room_id = $1 and r.session_id = $2
      order by t.followed desc, t.outdated, p.gone_at desc nulls first, r.device limit 1
      """;

  static final String ASKING =
      """
      select 1 from ferry.megolm_received r join ferry.olm_tracked t on t.device = r.device
      where r.room_id = $1 and r.session_id = $2
        and t.user_id = $3 and t.followed and t.outdated and t.failures = 0 limit 1
      """;
  private static final String PEERS =
      "select user_id, device_id, curve25519, ed25519, keys, gone_at from ferry.olm_peer where device"
          + " = $1";
  static final String OWN =
      """
      select p.user_id, p.device_id, p.curve25519, p.ed25519, p.keys, p.gone_at,
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

  private final Database database;
  private final long id;

  PeerRows(Database database, long id) {
    this.database = database;
    this.id = id;
  }

  List<PickledSession> sessions(String senderKey) {
    return PgCryptoStore.all(database.run(SESSIONS, id, senderKey), CryptoRows::session);
  }

  boolean processed(String hash) {
    return database.run(PROCESSED, id, hash).rowCount() > 0;
  }

  List<Tracked> tracked() {
    return PgCryptoStore.all(database.run(TRACKED + " and followed", id), CryptoRows::tracked);
  }

  List<Tracked> known(Collection<UserId> users) {
    return PgCryptoStore.all(
        database.run(TRACKED + " and user_id = any($2)", id, names(users)), CryptoRows::tracked);
  }

  private static String[] names(Collection<UserId> users) {
    return users.stream().map(UserId::value).toArray(String[]::new);
  }

  List<UserId> idle(Instant since) {
    return PgCryptoStore.all(
        database.run(IDLE, id, CryptoWrites.time(since)), r -> new UserId(r.getString(0)));
  }

  Optional<OwnDevice> known(SessionRef session, UserId user, String curve25519, String ed25519) {
    return PgCryptoStore.one(
        database.run(
            KNOWN, session.room().value(), session.session(), user.value(), curve25519, ed25519),
        PeerRows::ownDevice);
  }

  private static OwnDevice ownDevice(Row row) {
    return new OwnDevice(CryptoRows.device(row), CryptoRows.tracked(row, 6));
  }

  boolean isAsking(SessionRef session, UserId user) {
    return database.run(ASKING, session.room().value(), session.session(), user.value()).rowCount()
        > 0;
  }

  Set<DeviceRef> noOlm(Collection<UserId> users) {
    return PgCryptoStore.all(
            database.run(PEERS + " and no_olm and user_id = any($2)", id, names(users)),
            CryptoRows::device)
        .stream()
        .map(Device::ref)
        .collect(Collectors.toSet());
  }

  List<Device> devices(Collection<UserId> users) {
    return PgCryptoStore.all(
        database.run(PEERS + " and user_id = any($2)", id, names(users)), CryptoRows::device);
  }

  List<Device> devicesByKey(String curve25519) {
    return PgCryptoStore.all(
        database.run(PEERS + " and curve25519 = $2", id, curve25519), CryptoRows::device);
  }

  Optional<OwnDevice> own(String curve25519, String ed25519) {
    return PgCryptoStore.one(database.run(OWN, curve25519, ed25519), PeerRows::ownDevice);
  }

  Optional<Unwedging> unwedging(String senderKey) {
    return PgCryptoStore.one(
        database.run(UNWEDGINGS + " and sender_key = $2", id, senderKey), CryptoRows::unwedging);
  }

  List<Unwedging> unwedgings() {
    return PgCryptoStore.all(
        database.run(UNWEDGINGS + " and wanted order by at", id), CryptoRows::unwedging);
  }
}
