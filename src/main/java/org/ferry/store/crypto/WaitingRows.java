package org.ferry.store.crypto;

import java.time.Duration;
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

  /** Of {@code w}: a row stays a while after its key came, until somebody tries the event again. */
  static final String LACKING =
      """
       and not exists (select from ferry.room_key k
        where k.room_id = w.room_id and k.session_id = w.session_id
          and (w.known_index is null or k.first_index < w.known_index))
      """;

  /** What a key opens by now was settled elsewhere, and is forgotten without being counted. */
  private static final String GIVE_UP =
      """
      with lowest as (
        select w.event_id from (
          select event_id, since,
            row_number() over (partition by room_id order by position desc) as place
          from ferry.megolm_waiting where device = $1) w
        where w.since < $2 or w.place > $3
      ), gone as (
        delete from ferry.megolm_waiting w using lowest
        where w.device = $1 and w.event_id = lowest.event_id
        returning w.room_id, w.session_id, w.known_index
      ), given as (
        select count(*) as n from gone w where true
      """
          + LACKING
          + """
          ), counted as (
            update ferry.olm_device set given_up = given_up + given.n from given
            where id = $1 and given.n > 0
          )
          select n from given
          """;

  /** A room with many missing keys leaves the others their turn. */
  private static final String MISSING =
      """
      select room_id, session_id from (
        select room_id, session_id, newest,
          row_number() over (partition by room_id order by newest desc) as turn
        from (
          select w.room_id, w.session_id, max(w.position) as newest
          from ferry.megolm_waiting w
            left join ferry.megolm_sought s on s.device = w.device
              and s.room_id = w.room_id and s.session_id = w.session_id
          where w.device = $1 and w.since <= $2 and (s.next_at is null or s.next_at <= $3)
      """
          + LACKING
          + """
              group by w.room_id, w.session_id) g) r
          order by turn, newest desc limit $4
          """;

  private static final String SOUGHT =
      """
      insert into ferry.megolm_sought as s (device, room_id, session_id, tries, next_at)
      select $1, r, k, 1, $4 + $5 * interval '1 ms' from unnest($2::text[], $3::text[]) as u (r, k)
      on conflict (device, room_id, session_id) do update set tries = s.tries + 1,
        next_at = $4 + least(interval '1 day', (2 ^ least(s.tries, 20)) * $5 * interval '1 ms')
      """;

  private static final String UNREQUESTED =
      "select "
          + COLUMNS
          + """
           from (
            select f.*, row_number() over (partition by room_id order by position) as turn
            from (
              select distinct on (w.room_id, w.session_id) w.* from ferry.megolm_waiting w
              where w.device = $1 and w.since < $2 and w.reason in ('NO_KEY', 'LATER_INDEX', 'WITHHELD', 'BROKEN_KEY')
                and not exists (select from ferry.megolm_request r where r.device = w.device
                  and r.room_id = w.room_id and r.session_id = w.session_id)
          """
          + LACKING
          + """
              order by w.room_id, w.session_id, w.position) f) w
          order by w.turn, w.position limit $3
          """;

  private static final String UNSEEK =
      """
      delete from ferry.megolm_sought s where s.device = $1 and not exists (
        select from ferry.megolm_waiting w where w.device = s.device
          and w.room_id = s.room_id and w.session_id = s.session_id)
      """;

  private static final String INHERIT =
      """
      with former as (
        select d.id from ferry.olm_device d join ferry.olm_device us using (user_id)
        where us.id = $1 and d.id <> $1 and d.lease_until < clock_timestamp()
      ), left_behind as (
        delete from ferry.megolm_waiting w using former where w.device = former.id
        returning w.*
      )
      insert into ferry.megolm_waiting
        (device, event_id, room_id, session_id, event, since, known_index, reason)
      select $1, event_id, room_id, session_id, event, since, known_index, reason
      from left_behind order by position
      on conflict do nothing
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

  List<SessionRef> missing(Instant since, Instant now, int limit) {
    return PgCryptoStore.all(
        database.run(MISSING, device, CryptoWrites.time(since), CryptoWrites.time(now), limit),
        r -> new SessionRef(new RoomId(r.getString(0)), r.getString(1)));
  }

  void sought(Collection<SessionRef> refs, Instant now, Duration pause) {
    var unused =
        database.run(
            SOUGHT,
            device,
            refs.stream().map(r -> r.room().value()).toArray(String[]::new),
            refs.stream().map(SessionRef::session).toArray(String[]::new),
            CryptoWrites.time(now),
            pause.toMillis());
  }

  void remove(Collection<EventId> events) {
    String[] ids = events.stream().map(EventId::value).toArray(String[]::new);
    var unused =
        database.run(
            "delete from ferry.megolm_waiting where device = $1 and event_id = any($2)",
            device,
            ids);
  }

  void inherit() {
    var unused = database.run(INHERIT, device);
  }

  long giveUp(Instant before, int perRoom) {
    var given = database.run(GIVE_UP, device, CryptoWrites.time(before), perRoom);
    var unused = database.run(UNSEEK, device);
    return given.iterator().next().getLong(0);
  }

  List<WaitingEvent> unrequested(Instant time, int limit) {
    return PgCryptoStore.all(
        database.run(UNREQUESTED, device, CryptoWrites.time(time), limit), CryptoRows::waiting);
  }
}
