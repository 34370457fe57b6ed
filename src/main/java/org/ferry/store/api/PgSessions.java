package org.ferry.store.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.live.provision.Sessions;
import org.ferry.store.Database;

/** Sessions in PostgreSQL: {@code ferry.api_session}. What has ended is deleted by the next. */
public final class PgSessions implements Sessions {
  private static final String BEGIN =
      """
      with ended as (delete from ferry.api_session where expires < now())
      insert into ferry.api_session (hash, user_id, made_by, expires) values ($1, $2, $3, $4)
      """;
  private static final String FIND =
      "select user_id, made_by from ferry.api_session where hash = $1 and expires > $2";
  private static final String END = "delete from ferry.api_session where user_id = $1";

  private final Database database;

  /**
   * Sessions in a database.
   *
   * @param database stays the caller's
   */
  public PgSessions(Database database) {
    this.database = database;
  }

  @Override
  public void begin(byte[] hash, UserId user, String by, Instant expires) {
    var unused = database.run(BEGIN, Buffer.buffer(hash), user.value(), by, time(expires));
  }

  @Override
  public Optional<Session> find(byte[] hash, Instant now) {
    for (Row row : database.run(FIND, Buffer.buffer(hash), time(now))) {
      return Optional.of(new Session(new UserId(row.getString(0)), row.getString(1)));
    }
    return Optional.empty();
  }

  @Override
  public void end(UserId user) {
    var unused = database.run(END, user.value());
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
