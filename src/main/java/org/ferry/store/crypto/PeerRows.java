package org.ferry.store.crypto;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ferry.crypto.Device;
import org.ferry.crypto.OwnDevice;
import org.ferry.crypto.PickledSession;
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
    return PgCryptoStore.all(database.run(TRACKED, id), CryptoRows::tracked);
  }

  List<Device> devices(Collection<UserId> users) {
    String[] names = users.stream().map(UserId::value).toArray(String[]::new);
    return PgCryptoStore.all(
        database.run(PEERS + " and user_id = any($2)", id, names), CryptoRows::device);
  }

  List<Device> devicesByKey(String curve25519) {
    return PgCryptoStore.all(
        database.run(PEERS + " and curve25519 = $2", id, curve25519), CryptoRows::device);
  }

  Optional<OwnDevice> own(String curve25519, String ed25519) {
    return PgCryptoStore.one(
        database.run(OWN, curve25519, ed25519),
        r -> new OwnDevice(CryptoRows.device(r), CryptoRows.tracked(r, 6)));
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
