package org.ferry.store.crypto;

import static org.ferry.store.Database.await;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.ferry.crypto.RoomKey;
import org.ferry.crypto.RoomKeyInfo;
import org.ferry.crypto.RoomKeys.Added;
import org.ferry.crypto.keys.DamagedRowException;
import org.ferry.crypto.keys.Keyring;
import org.ferry.crypto.vodozemac.MegolmInbound;

/** Puts room keys into their table within somebody's transaction. */
final class RoomKeyRows {
  private static final String LOCKED =
      "select "
          + RoomKeyRow.COLUMNS
          + """
           from ferry.room_key
          where (room_id, session_id) in (select * from unnest($1::text[], $2::text[]))
          order by room_id, session_id for update
          """;
  private static final String VALUES =
      """
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::boolean[], $10::text[], $11::int[], $12::timestamptz[])
      """;
  private static final String INSERT =
      "insert into ferry.room_key ("
          + RoomKeyRow.COLUMNS
          + ")"
          + VALUES
          + "on conflict do nothing returning room_id, session_id";
  private static final String REPLACE =
      """
      update ferry.room_key k set origin = v.origin, first_index = v.first_index,
        sender_key = v.sender_key, signing_key = v.signing_key, sender_data = v.sender_data,
        forwarded_by = v.forwarded_by, shared_history = v.shared_history, pickle = v.pickle,
        key_generation = v.key_generation, created_at = v.created_at,
        changed_at = clock_timestamp()
      from (
      """
          + VALUES
          + ") as v ("
          + RoomKeyRow.COLUMNS
          + ") where k.room_id = v.room_id and k.session_id = v.session_id";

  /** What the key that was there could not read is tried again. */
  private static final String WAKE =
      """
      update ferry.megolm_waiting set known_index = null
      where (room_id, session_id) in (select * from unnest($1::text[], $2::text[]))
      """;

  /** Who was given the wrong key has no right to the one that takes its place. */
  private static final String UNRECEIVE =
      """
      delete from ferry.megolm_received
      where (room_id, session_id) in (select * from unnest($1::text[], $2::text[]))
      """;

  /** What somebody says of keys that come. */
  enum Claim {
    /** Nothing. */
    NONE,
    /** That they are the right ones. */
    RIGHT
  }

  private record Id(String room, String sessionId) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      int byRoom = room.compareTo(other.room);
      return byRoom == 0 ? sessionId.compareTo(other.sessionId) : byRoom;
    }
  }

  /** What a key became, and the row that says so. */
  private record Outcome(Added added, RoomKeyRow row) {}

  private final SqlConnection connection;
  private final Claim claim;
  private final Keyring keyring;
  private final Keyring.Numbered current;
  private final Set<Id> mine = new HashSet<>();
  private final Map<Id, RoomKeyRow> rows = new HashMap<>();
  private final Map<Id, RoomKeyRow> fresh = new TreeMap<>();
  private final Map<Id, RoomKeyRow> changed = new TreeMap<>();

  /** Those whose key was another's. */
  private final Set<Id> replaced = new TreeSet<>();

  private RoomKeyRows(SqlConnection connection, Keyring keyring, Claim claim) {
    this.claim = claim;
    this.connection = connection;
    this.keyring = keyring;
    this.current = keyring.current();
  }

  /** Merges keys with what is there; says what became of each, in the same order. */
  static List<Added> add(SqlConnection connection, Keyring keyring, List<RoomKey> keys, Claim claim)
      throws Exception {
    RoomKeyRows work = new RoomKeyRows(connection, keyring, claim);
    List<Added> outcome = work.merge(keys);
    while (!work.write()) {
      // Somebody else put one of them there meanwhile: compared with it, the outcome may differ.
      outcome = work.merge(keys);
    }
    return outcome;
  }

  private List<Added> merge(List<RoomKey> keys) throws Exception {
    rows.clear();
    fresh.clear();
    changed.clear();
    replaced.clear();
    List<Id> ids = keys.stream().map(RoomKeyRows::id).toList();
    Tuple wanted = Tuple.wrap(names(ids));
    for (Row row : await(connection.preparedQuery(LOCKED).execute(wanted))) {
      RoomKeyRow there = RoomKeyRow.of(row);
      rows.put(new Id(there.room(), there.sessionId()), there);
    }
    List<Added> outcome = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      outcome.add(take(ids.get(i), keys.get(i)));
    }
    return outcome;
  }

  private static List<Object> names(List<Id> ids) {
    return Arrays.<Object>asList(texts(ids, Id::room), texts(ids, Id::sessionId));
  }

  private static Id id(RoomKey key) {
    return new Id(key.room().value(), key.session().sessionId());
  }

  private Added take(Id id, RoomKey key) {
    RoomKeyRow there = rows.get(id);
    if (there == null) {
      RoomKeyRow row = RoomKeyRow.of(key, current);
      rows.put(id, row);
      fresh.put(id, row);
      return Added.NEW;
    }
    Outcome outcome = compare(there, key);
    if (outcome.added().changes()) {
      rows.put(id, outcome.row());
      if (outcome.added() == Added.REPLACED) {
        replaced.add(id);
      }
      (fresh.containsKey(id) ? fresh : changed).put(id, outcome.row());
    }
    boolean first = mine.contains(id) && outcome.added() == Added.KEPT;
    return first ? Added.NEW : outcome.added();
  }

  /**
   * Of two that are connected the earlier index and the better origin stay. Of two that are not,
   * one is wrong: only the session's owner can have signed a key that came over Olm and only a
   * verified device forwards one, but anybody can make one up in a backup. Of two that nobody
   * vouches for the first stays, unless a person says which is right. One that does not open any
   * more gives way to any.
   */
  private Outcome compare(RoomKeyRow there, RoomKey key) {
    try (MegolmInbound stored = there.open(keyring)) {
      boolean further = key.session().firstKnownIndex() < there.firstIndex();
      boolean known = key.info().origin().compareTo(there.info().origin()) < 0;
      if (!stored.isConnected(key.session())) {
        boolean said = claim == Claim.RIGHT && !there.info().origin().isVouchedFor();
        return said || (known && key.info().origin().isVouchedFor())
            ? new Outcome(Added.REPLACED, RoomKeyRow.of(key, current))
            : new Outcome(Added.UNCONNECTED, there);
      }
      if (!further && !known) {
        return new Outcome(Added.KEPT, there);
      }
      try (MegolmInbound merged = stored.merge(key.session()).orElseThrow()) {
        RoomKeyInfo info = known ? key.info() : there.info();
        return new Outcome(Added.BETTER, there.with(merged, info, current));
      }
    } catch (DamagedRowException e) {
      return new Outcome(Added.REPLACED, RoomKeyRow.of(key, current));
    }
  }

  /** False where an insert met a row of somebody else. */
  private boolean write() throws Exception {
    if (!fresh.isEmpty()) {
      for (Row row : execute(INSERT, fresh.values())) {
        mine.add(new Id(row.getString(0), row.getString(1)));
      }
      if (!mine.containsAll(fresh.keySet())) {
        return false;
      }
    }
    if (!changed.isEmpty()) {
      var unused = execute(REPLACE, changed.values());
    }
    if (!replaced.isEmpty()) {
      Tuple ids = Tuple.wrap(names(List.copyOf(replaced)));
      var unused = await(connection.preparedQuery(WAKE).execute(ids));
      unused = await(connection.preparedQuery(UNRECEIVE).execute(ids));
    }
    return true;
  }

  private RowSet<Row> execute(String sql, Collection<RoomKeyRow> some) throws Exception {
    Tuple values =
        Tuple.wrap(
            Arrays.<Object>asList(
                texts(some, RoomKeyRow::room),
                texts(some, RoomKeyRow::sessionId),
                texts(some, r -> r.info().origin().word()),
                some.stream().map(RoomKeyRow::firstIndex).toArray(Long[]::new),
                texts(some, r -> r.info().senderKey()),
                texts(some, r -> r.info().signingKey()),
                some.stream().map(r -> r.info().senderData()).toArray(String[]::new),
                texts(some, RoomKeyRow::forwardedBy),
                some.stream().map(r -> r.info().sharedHistory()).toArray(Boolean[]::new),
                texts(some, RoomKeyRow::pickle),
                some.stream().map(RoomKeyRow::generation).toArray(Integer[]::new),
                some.stream()
                    .map(r -> r.info().createdAt().atOffset(ZoneOffset.UTC))
                    .toArray(OffsetDateTime[]::new)));
    return await(connection.preparedQuery(sql).execute(values));
  }

  private static <T> String[] texts(Collection<T> some, Function<T, String> text) {
    return some.stream().map(text).toArray(String[]::new);
  }
}
