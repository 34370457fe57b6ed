package org.ferry.store.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ferry.crypto.StoredJson;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.message.Draft;
import org.ferry.live.sending.KeyReused;
import org.ferry.live.sending.Letter;
import org.ferry.live.sending.Letter.Refusal;
import org.ferry.live.sending.Letter.State;
import org.ferry.live.sending.Letters;
import org.ferry.live.sending.Outgoing;
import org.ferry.store.Database;
import org.ferry.store.KeyedHash;
import org.ferry.store.live.PgChannels;
import org.ferry.store.live.PgMessages;
import org.ferry.store.live.Traces;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Messages on their way in PostgreSQL: {@code ferry.outgoing}. */
public final class PgLetters implements Letters {
  private static final String POST =
      """
      with posted as (
        insert into ferry.outgoing (key, sender, room, type, content, hash, txn, trace)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (key) do nothing
        returning pk)
      select pg_notify('%s', $9) from posted
      """
          .formatted(PgChannels.LETTERS);
  private static final String AGAIN =
      """
      update ferry.outgoing set state = 'waiting', content = $2, posted_at = now(), due_at = now(),
        status = null, errcode = null, error = null, settled_at = null, hash = $3
      where key = $1 and state = 'failed' and hash in ($3, '')
        and sender = $4 and room = $5 and type = $6
      """;
  private static final String COLUMNS =
      """
      select pk, key, sender, room, type, content, hash, txn, state, posted_at, tried_at, device,
        attempts, event, status, errcode, error, detail, trace
      from ferry.outgoing o
      """;
  private static final String DUE =
      """
      with recursive line(room, sender) as (
        (select room, sender from ferry.outgoing where state = 'waiting'
          order by room, sender limit 1)
        union all
        select next.room, next.sender from line, lateral (
          select room, sender from ferry.outgoing
          where state = 'waiting' and (room, sender) > (line.room, line.sender)
          order by room, sender limit 1) next
      ), first as (
        select f.pk, row_number() over (partition by line.room order by f.pk) as n
        from line, lateral (
          select pk from ferry.outgoing o
          where state = 'waiting' and room = line.room and sender = line.sender
            and not exists (select from ferry.outgoing held
              where held.state = 'waiting' and held.room = o.room and held.sender = o.sender
                and held.pk <= o.pk and held.due_at > now())
          order by pk limit $2) f
        where line.room <> all($1)
      )
      """
          + COLUMNS
          + """
          where pk in (select pk from first where n <= $2 order by pk limit $3)
            and state = 'waiting'
          order by pk
          """;
  private static final String TRYING =
      """
      with fence as (select epoch from ferry.live_leader where id = 1 and epoch = $2 for share)
      update ferry.outgoing set tried_at = coalesce(tried_at, now()), device = $3,
        attempts = attempts + 1
      from fence where pk = $1
      """;
  private static final String SENT =
      """
      update ferry.outgoing set state = 'sent', event = $2, content = '', detail = '',
        settled_at = now()
      where pk = $1
      """;
  private static final String FAILED =
      """
      update ferry.outgoing set state = 'failed', status = $2, errcode = $3, error = $4,
        content = '', detail = '', settled_at = now()
      where pk = $1 and state = 'waiting'
      """;
  private static final String TRACE =
      """
      update ferry.live_message set trace = (select trace from ferry.outgoing where pk = $2)
      where pos = $1
      """;
  private static final String LATER =
      """
      update ferry.outgoing set due_at = now() + $2 * interval '1 ms', detail = $3
      where pk = $1 and state = 'waiting'
      """;
  private static final String FORGET = "delete from ferry.outgoing where settled_at < $1";

  private final Database database;
  private volatile @Nullable KeyedHash hashes;

  /**
   * Messages in a database.
   *
   * @param database stays the caller's
   */
  public PgLetters(Database database) {
    this.database = database;
  }

  @Override
  public Posted post(Outgoing out, String txn) {
    String content = StoredJson.text(out.content());
    String hash = hash(out, out.same().isEmpty() ? content : out.same());
    boolean fresh =
        database
                .run(
                    POST,
                    out.key(),
                    out.as().value(),
                    out.room().value(),
                    out.type(),
                    content,
                    hash,
                    txn,
                    trace(),
                    database.process())
                .rowCount()
            > 0;
    if (!fresh) {
      var unused =
          database.run(
              AGAIN, out.key(), content, hash, out.as().value(), out.room().value(), out.type());
    }
    Row row = database.run(COLUMNS + " where key = $1", out.key()).iterator().next();
    Letter letter = letter(row);
    String known = row.getString(6);
    if (known.isEmpty() ? !isAlike(letter.out(), out) : !known.equals(hash)) {
      throw new KeyReused();
    }
    return new Posted(letter, fresh);
  }

  /** What the thread that asks is about, as its log lines have it. */
  private static @Nullable UUID trace() {
    String trace = MDC.get(TraceId.FIELD);
    return trace == null ? null : new TraceId(trace).uuid();
  }

  private String hash(Outgoing out, String content) {
    KeyedHash known = hashes;
    if (known == null) {
      known = KeyedHash.in(database);
      hashes = known;
    }
    return known.of(String.join("\0", out.as().value(), out.room().value(), out.type(), content));
  }

  /** As far as can be told of a message whose content is forgotten. */
  private static boolean isAlike(Outgoing one, Outgoing other) {
    return one.as().equals(other.as())
        && one.room().equals(other.room())
        && one.type().equals(other.type());
  }

  @Override
  public Optional<Letter> find(String key) {
    return letters(COLUMNS + " where key = $1", key).stream().findFirst();
  }

  @Override
  public List<Letter> due(Collection<RoomId> except, int each, int limit) {
    String[] busy = except.stream().map(RoomId::value).toArray(String[]::new);
    return letters(DUE, busy, each, limit);
  }

  private List<Letter> letters(String sql, Object... values) {
    List<Letter> letters = new ArrayList<>();
    database.run(sql, values).forEach(row -> letters.add(letter(row)));
    return letters;
  }

  @Override
  public boolean trying(long pk, long epoch, DeviceId device) {
    return database.run(TRYING, pk, epoch, device.value()).rowCount() > 0;
  }

  @Override
  public void sent(long pk, EventId event) {
    var unused = database.run(SENT, pk, event.value());
  }

  @Override
  public void failed(long pk, Refusal refusal, Draft told, Instant at) {
    Tuple values = Tuple.of(pk, refusal.status(), text(refusal.errcode()), text(refusal.error()));
    var unused =
        database.transaction(connection -> {
          // After a commit whose answer was lost it waits no more, and was told.
          if (Database.await(connection.preparedQuery(FAILED).execute(values)).rowCount() == 0) {
            return 0L;
          }
          long pos = PgMessages.tell(connection, told, at);
          var unusedToo =
              Database.await(connection.preparedQuery(TRACE).execute(Tuple.of(pos, pk)));
          return pos;
        });
  }

  /** PostgreSQL keeps no NUL, and homeservers may say anything. */
  private static String text(String said) {
    return said.replace('\0', '\ufffd');
  }

  @Override
  public void later(long pk, Duration pause, String why) {
    var unused = database.run(LATER, pk, pause.toMillis(), text(why));
  }

  @Override
  public int forget(Instant before) {
    return database.run(FORGET, before.atOffset(ZoneOffset.UTC)).rowCount();
  }

  private static Letter letter(Row row) {
    String content = row.getString(5);
    ObjectNode clear = StoredJson.parse(content.isEmpty() ? "{}" : content);
    Integer status = row.getInteger(14);
    String device = row.getString(11);
    String event = row.getString(13);
    return new Letter(
        row.getLong(0),
        new Outgoing(
            new UserId(row.getString(2)),
            new RoomId(row.getString(3)),
            row.getString(4),
            clear,
            row.getString(1)),
        row.getString(7),
        state(row.getString(8)),
        row.getOffsetDateTime(9).toInstant(),
        instant(row.getOffsetDateTime(10)),
        device == null ? null : new DeviceId(device),
        row.getInteger(12),
        event == null ? null : new EventId(event),
        status == null ? null : new Refusal(status, row.getString(15), row.getString(16)),
        row.getString(17),
        Traces.text(row, 18));
  }

  private static State state(String word) {
    return Arrays.stream(State.values())
        .filter(s -> s.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime at) {
    return at == null ? null : at.toInstant();
  }
}
