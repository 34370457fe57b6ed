package org.ferry.store.crypto;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.ferry.crypto.AskedKey;
import org.ferry.crypto.KeyRequest;
import org.ferry.crypto.SecretRequest;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.Withheld;
import org.ferry.id.DeviceId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.store.Database;

/** Who asks whom for keys and secrets, who was given what, and who refuses it. */
final class TradeRows {
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

  static final String STRANGE =
      """
      select count(*)::int from (
        select from ferry.megolm_received r where r.device = $1 and r.sender = $2
          and r.at > now() - interval '30 days'
          and not exists (select from ferry.followed_room f where f.room = r.room_id)
          and not exists (select from ferry.live_room l where l.room = r.room_id)
          and not exists (select from ferry.encrypted_room e where e.room = r.room_id)
        limit $3) few
      """;
  private static final String KNOWS =
      """
      select exists (select from ferry.followed_room where room = $1)
        or exists (select from ferry.live_room where room = $1)
        or exists (select from ferry.encrypted_room where room = $1)
      """;

  private final Database database;
  private final long id;

  TradeRows(Database database, long id) {
    this.database = database;
    this.id = id;
  }

  List<Withheld> withheld(SessionRef session) {
    return PgCryptoStore.all(
        database.run(WITHHELD, id, session.room().value(), session.session()),
        r ->
            new Withheld(
                session,
                new UserId(r.getString(0)),
                r.getString(1),
                r.getString(2),
                r.getString(3)));
  }

  int withheldBy(UserId sender) {
    return database.run(WITHHELD_BY, id, sender.value()).iterator().next().getInteger(0);
  }

  int strange(UserId sender, int limit) {
    return database.run(STRANGE, id, sender.value(), limit).iterator().next().getInteger(0);
  }

  boolean knows(RoomId room) {
    return database.run(KNOWS, room.value()).iterator().next().getBoolean(0);
  }

  Optional<KeyRequest> request(SessionRef session) {
    return ofSession(REQUESTS, session, CryptoRows::request);
  }

  List<KeyRequest> settled(int limit) {
    return PgCryptoStore.all(
        database.run(REQUESTS + " where device = $1" + UNAWAITED + " limit $2", id, limit),
        CryptoRows::request);
  }

  OptionalLong received(SessionRef session) {
    return ofSession("select first_index from ferry.megolm_received", session, r -> r.getLong(0))
        .map(OptionalLong::of)
        .orElse(OptionalLong.empty());
  }

  Map<DeviceId, Integer> asked() {
    Map<DeviceId, Integer> asked = new LinkedHashMap<>();
    for (Row row : database.run(ASKED, id)) {
      asked.put(new DeviceId(row.getString(0)), row.getInteger(1));
    }
    return asked;
  }

  List<AskedKey> asked(DeviceId by, int limit) {
    return PgCryptoStore.all(
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

  Optional<SecretRequest> secretRequest(String name) {
    return PgCryptoStore.one(
        database.run(
            "select name, id, at from ferry.secret_request where device = $1 and name = $2",
            id,
            name),
        r -> new SecretRequest(r.getString(0), r.getString(1), r.getOffsetDateTime(2).toInstant()));
  }

  void prune(Instant before) {
    var unused = database.run(PRUNE_WITHHELD, id, CryptoWrites.time(before));
  }

  private <T> Optional<T> ofSession(String sql, SessionRef session, Function<Row, T> read) {
    return PgCryptoStore.one(
        database.run(
            sql + " where device = $1 and room_id = $2 and session_id = $3",
            id,
            session.room().value(),
            session.session()),
        read);
  }
}
