package org.ferry.store;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.ferry.live.Inbox;

/** Transactions as they came, in PostgreSQL. */
public final class PgInbox implements Inbox {
  private static final String STORE =
      """
      insert into ferry.inbox_transaction (server, txn_id, sha256, body, received_at)
      values ($1, $2, $3, $4, $5) on conflict (server, txn_id, sha256) do nothing
      """;
  private static final String LAST =
      "select max(received_at) from ferry.inbox_transaction where server = $1";

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
  public boolean store(
      String server, String txnId, byte[] body, String sha256, Instant receivedAt) {
    OffsetDateTime at = receivedAt.atOffset(ZoneOffset.UTC);
    return database
            .run(STORE, server, Settling.clean(txnId), sha256, Buffer.buffer(body), at)
            .rowCount()
        == 1;
  }

  @Override
  public Optional<Instant> lastReceived(String server) {
    Row row = database.run(LAST, server).iterator().next();
    return Optional.ofNullable(row.getOffsetDateTime(0)).map(OffsetDateTime::toInstant);
  }
}
