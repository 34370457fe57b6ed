package org.ferry.store;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import org.ferry.live.sending.Postbox;
import org.ferry.live.sending.Sending;
import org.ferry.store.sending.PgLetters;
import org.ferry.testing.TestPostgres;

/** Posts messages into a database, as a process does that does not lead. */
public final class LetterBox implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final Database database;
  private final Sending sending;

  /** On a database that a {@code ferry run} works with. */
  public LetterBox(TestPostgres.Db db) {
    DatabaseUrl url =
        new DatabaseUrl(
            db.host(), db.port(), db.database(), db.user(), db.password(), TlsMode.PREFER, null);
    database =
        Database.open(vertx, new DatabaseOptions(url, 8, Duration.ofSeconds(30)), notice -> {});
    sending = new Postbox(new PgLetters(database), InstantSource.system(), Duration.ofMinutes(1));
  }

  /** Where to send. */
  public Sending sending() {
    return sending;
  }

  @Override
  public void close() {
    database.close();
    vertx.close().await();
  }
}
