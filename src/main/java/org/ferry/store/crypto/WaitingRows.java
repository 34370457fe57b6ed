package org.ferry.store.crypto;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.ferry.crypto.SessionRef;
import org.ferry.crypto.StoredJson;
import org.ferry.crypto.WaitingEvent;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.store.Database;

/** The events of a device's rooms that no key opens yet. */
final class WaitingRows {
  private static final String COLUMNS =
      "w.room_id, w.session_id, w.event_id, w.event, w.since, w.known_index, w.reason";
  private static final String ADD =
      """
      insert into ferry.megolm_waiting
        (device, event_id, room_id, session_id, event, since, known_index, reason)
      values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (device, event_id) do update
        set known_index = excluded.known_index, reason = excluded.reason
      """;
  private static final String READY =
      "select "
          + COLUMNS
          + """
           from ferry.megolm_waiting w join ferry.room_key k using (room_id, session_id)
          where w.device = $1 and (w.known_index is null or k.first_index < w.known_index)
          order by w.position limit $2
          """;

  /** Of {@code w}: a row stays a while after its key came, until somebody tries the event again. */
  static final String LACKING =
      """
       and not exists (select from ferry.room_key k
        where k.room_id = w.room_id and k.session_id = w.session_id
          and (w.known_index is null or k.first_index < w.known_index))
      """;

  private static final String FROM =
      "select " + COLUMNS + " from ferry.megolm_waiting w where w.device = $1";

  private final Database database;
  private final long device;

  WaitingRows(Database database, long device) {
    this.database = database;
    this.device = device;
  }

  void add(Collection<WaitingEvent> events) {
    for (WaitingEvent e : events) {
      var unused =
          database.run(
              ADD,
              device,
              e.id().value(),
              e.ref().room().value(),
              e.ref().session(),
              StoredJson.text(e.event()),
              CryptoWrites.time(e.since()),
              e.knownIndex(),
              e.reason().name());
    }
  }

  List<WaitingEvent> ready(int limit) {
    return PgCryptoStore.all(database.run(READY, device, limit), CryptoRows::waiting);
  }

  List<WaitingEvent> of(SessionRef session, int limit) {
    return PgCryptoStore.all(
        database.run(
            FROM + " and w.room_id = $2 and w.session_id = $3 order by w.position limit $4",
            device,
            session.room().value(),
            session.session(),
            limit),
        CryptoRows::waiting);
  }

  List<SessionRef> sessions(int limit) {
    return PgCryptoStore.all(
        database.run(
            "select w.room_id, w.session_id from ferry.megolm_waiting w where w.device = $1"
                + LACKING
                + " group by w.room_id, w.session_id order by max(w.position) desc limit $2",
            device,
            limit),
        r -> new SessionRef(new RoomId(r.getString(0)), r.getString(1)));
  }

  void remove(Collection<EventId> events) {
    String[] ids = events.stream().map(EventId::value).toArray(String[]::new);
    var unused =
        database.run(
            "delete from ferry.megolm_waiting where device = $1 and event_id = any($2)",
            device,
            ids);
  }

  List<WaitingEvent> before(Instant time, int limit) {
    return PgCryptoStore.all(
        database.run(
            FROM + " and w.since < $2 order by w.position limit $3",
            device,
            CryptoWrites.time(time),
            limit),
        CryptoRows::waiting);
  }

  List<WaitingEvent> unrequested(Instant time, int limit) {
    return PgCryptoStore.all(
        database.run(
            FROM
                + """
                 and w.since < $2 and w.reason in ('NO_KEY', 'LATER_INDEX')
                and not exists (select from ferry.megolm_request r where r.device = w.device
                  and r.room_id = w.room_id and r.session_id = w.session_id)
                """
                + LACKING
                + " order by w.position limit $3",
            device,
            CryptoWrites.time(time),
            limit),
        CryptoRows::waiting);
  }
}
