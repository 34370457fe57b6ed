package org.ferry.store;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ferry.id.TraceId;
import org.ferry.live.Inbox;
import org.ferry.live.Received;
import org.ferry.store.live.PgChannels;

/** Transactions in PostgreSQL. */
public final class PgInbox implements Inbox {
  private static final String STORE =
      """
      with stored as (
        insert into ferry.inbox_transaction
          (server, txn_id, sha256, body, kept, dropped, received_at, trace)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (server, txn_id, sha256) do nothing
        returning pk)
      select pg_notify('%s', $9) from stored
      """
          .formatted(PgChannels.TRANSACTIONS);
  private static final String OURS =
      """
      select target from ferry.crossing_room where target = any($1)
      union select space from ferry.crossing where space = any($1)
      union select room from ferry.followed_room where room = any($1) and left_at is null
      """;
  private static final String UNTAKEN =
      """
      select t.pk, t.body, coalesce(t.trace, gen_random_uuid()) from (
        select pk, sum(bytes) over (order by pk) - bytes as before from (
          select pk, octet_length(body) as bytes from ferry.inbox_transaction
          where taken_at is null order by pk limit $1) first) cut
        join ferry.inbox_transaction t using (pk)
      where before < 16777216 order by t.pk
      """;
  private static final String WAITS =
      "select exists (select from ferry.inbox_transaction where taken_at is null)";
  private static final String TAKEN =
      "update ferry.inbox_transaction set taken_at = now(), body = '{}' where pk = $1";
  private static final String FORGET =
      """
      delete from ferry.inbox_transaction t where taken_at is not null and received_at < $1
        and pk <> (select max(pk) from ferry.inbox_transaction n where n.server = t.server)
      """;
  private static final String NEWEST =
      "select pk, received_at from ferry.inbox_transaction where server = $1 order by pk desc limit 1";

  private final Database database;

  /**
   * An inbox in a database.
   *
   * @param database stays the caller's
   */
  public PgInbox(Database database) {
    this.database = database;
  }

  @Override
  public Set<String> ours(Set<String> rooms) {
    // What holds a NUL is no room's id, and PostgreSQL would refuse the question.
    String[] asked = rooms.stream().filter(r -> r.indexOf(0) < 0).toArray(String[]::new);
    Set<String> ours = new HashSet<>();
    database.run(OURS, (Object) asked).forEach(row -> ours.add(row.getString(0)));
    return ours;
  }

  @Override
  public boolean store(Received transaction) {
    return database
            .run(
                STORE,
                transaction.server(),
                Storable.text(transaction.txnId()),
                transaction.sha256(),
                transaction.body(),
                transaction.kept(),
                transaction.dropped(),
                transaction.at().atOffset(ZoneOffset.UTC),
                transaction.trace().uuid(),
                database.process())
            .rowCount()
        == 1;
  }

  @Override
  public List<Untaken> untaken(int limit) {
    List<Untaken> untaken = new ArrayList<>();
    database
        .run(UNTAKEN, limit)
        .forEach(row ->
            untaken.add(new Untaken(row.getLong(0), row.getBuffer(1), TraceId.of(row.getUUID(2)))));
    return untaken;
  }

  @Override
  public boolean waits() {
    return database.run(WAITS).iterator().next().getBoolean(0);
  }

  @Override
  public void taken(long key) {
    var unused = database.run(TAKEN, key);
  }

  @Override
  public int forget(Instant before) {
    return database.run(FORGET, before.atOffset(ZoneOffset.UTC)).rowCount();
  }

  @Override
  public Optional<Newest> newest(String server) {
    for (Row row : database.run(NEWEST, server)) {
      return Optional.of(new Newest(row.getLong(0), row.getOffsetDateTime(1).toInstant()));
    }
    return Optional.empty();
  }
}
