package org.ferry.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.ferry.migrate.LedgerException;
import org.ferry.source.synapse.Staging;
import org.ferry.store.staging.PgStaging;
import org.jspecify.annotations.Nullable;

/**
 * Ferry's database, checked and migrated: a pool for rows and single connections for bulk work.
 * Safe for use by many threads; its methods block and are never called on an event loop.
 */
public final class Database implements AutoCloseable {
  /** How long a database that does not answer is waited for when it is opened. */
  private static final Duration OPENING = Duration.ofSeconds(15);

  /** Between two statements of a transaction Ferry does nothing that takes a second. */
  private static final String BIND =
      "select set_config('idle_in_transaction_session_timeout', '60s', false)";

  private final Vertx vertx;
  private final DatabaseUrl url;
  private final DatabaseUrl rows;
  private final Patience patience;
  private final Pool pool;
  private final DataSource bulk;
  private final int most;
  private final AtomicInteger busy = new AtomicInteger();
  private final String process = UUID.randomUUID().toString();

  private Database(
      Vertx vertx,
      DatabaseOptions options,
      DataSource bulk,
      Consumer<String> notice,
      Rescue rescue) {
    this.vertx = vertx;
    this.url = options.url();
    this.rows = TlsOffer.settled(url);
    this.bulk = bulk;
    this.most = options.poolSize();
    this.patience = new Patience(url, options.patience(), notice, rescue);
    this.pool =
        PgBuilder.pool()
            .with(
                new PoolOptions()
                    .setMaxSize(options.poolSize())
                    .setConnectionTimeout(30)
                    .setConnectionTimeoutUnit(TimeUnit.SECONDS))
            .with(new NetClientOptions().setTcpKeepAlive(true).setConnectTimeout(10_000))
            .withConnectHandler(Database::bind)
            .connectingTo(Drivers.rows(rows))
            .using(vertx)
            .build();
  }

  /**
   * A process that is frozen amid a transaction must not hold rows for ever. Not as a parameter of
   * the connecting: what stands between may not know it.
   */
  private static void bind(SqlConnection connection) {
    var unused = connection.query(BIND).execute().eventually(connection::close);
  }

  /**
   * Connects, checks the server and brings the schema to this program's version.
   *
   * @param vertx whose event loops the pool uses; stays open when the database is closed
   * @param options where and how
   * @param notice told in one sentence when the database is waited for, and when it is back; called
   *     by any thread
   * @return the database
   * @throws LedgerException where it cannot be used; says what to do
   */
  public static Database open(Vertx vertx, DatabaseOptions options, Consumer<String> notice) {
    return open(vertx, options, notice, Rescue.NONE);
  }

  /**
   * As above, for a server that Ferry itself starts.
   *
   * @param vertx whose event loops the pool uses; stays open when the database is closed
   * @param options where and how
   * @param notice told in one sentence when the database is waited for, and when it is back; called
   *     by any thread
   * @param rescue asked to start the server again where a connection was lost
   * @return the database
   * @throws LedgerException where it cannot be used; says what to do
   */
  public static Database open(
      Vertx vertx, DatabaseOptions options, Consumer<String> notice, Rescue rescue) {
    DatabaseUrl url = options.url();
    DataSource bulk = Drivers.bulk(url);
    Duration wait = options.patience().compareTo(OPENING) < 0 ? options.patience() : OPENING;
    var unused =
        new Patience(url, wait, notice, rescue)
            .until(() -> {
              new Schema(url, bulk).bring();
              return true;
            });
    return new Database(vertx, options, bulk, notice, rescue);
  }

  /** Names this process among those on the database, until it ends. */
  public String process() {
    return process;
  }

  /** What to call the database in messages. */
  public String label() {
    return url.label();
  }

  /**
   * Runs one statement that may be repeated; it is its own transaction.
   *
   * @param sql with $1, $2, …
   * @param values of the parameters
   * @return its rows
   * @throws LedgerException where the database cannot be used; says what to do
   */
  public RowSet<Row> run(String sql, @Nullable Object... values) {
    return patience.until(() -> once(sql, values));
  }

  /** Runs one statement, once. */
  RowSet<Row> once(String sql, @Nullable Object... values) throws Exception {
    int unused = busy.incrementAndGet();
    try {
      return await(pool.preparedQuery(sql).execute(Tuple.wrap(Arrays.asList(values))));
    } finally {
      int unusedToo = busy.decrementAndGet();
    }
  }

  /**
   * How the pool is used.
   *
   * @param open connections that there are
   * @param most that there may be
   * @param busy statements and transactions under way; more than {@code most} wait for a connection
   */
  public record Use(int open, int most, int busy) {}

  /** How the pool is used now. */
  public Use use() {
    return new Use(pool.size(), most, busy.get());
  }

  /**
   * Work on one connection, in one transaction.
   *
   * @param <T> what it gives
   */
  @FunctionalInterface
  public interface Transaction<T> {
    /**
     * Does it; what it throws rolls everything back.
     *
     * @param connection for the statements; {@link #await} waits for each
     */
    T in(SqlConnection connection) throws Exception;
  }

  /**
   * Runs work in one transaction and commits it. It is done again where the connection was lost or
   * the server asks for it, so it must be work that may be repeated as a whole: where the answer to
   * a commit was lost it finds what it did.
   *
   * @param work the statements
   * @return what the work gave
   * @throws LedgerException where the database cannot be used; says what to do
   */
  public <T> T transaction(Transaction<T> work) {
    return patience.until(() -> {
      int unused = busy.incrementAndGet();
      try {
        return onceIn(work);
      } finally {
        int unusedToo = busy.decrementAndGet();
      }
    });
  }

  private <T> T onceIn(Transaction<T> work) throws Exception {
    SqlConnection connection = own(pool.getConnection());
    try {
      io.vertx.sqlclient.Transaction transaction = await(connection.begin());
      try {
        T result = work.in(connection);
        var unused = await(transaction.commit());
        return result;
      } catch (Throwable e) {
        rollBack(transaction);
        throw e;
      }
    } finally {
      var unused = await(connection.close());
    }
  }

  /** What the work failed with is told; a connection that is gone has rolled back by itself. */
  private static void rollBack(io.vertx.sqlclient.Transaction transaction) {
    try {
      var unused = await(transaction.rollback());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      System.getLogger(Database.class.getName()).log(System.Logger.Level.DEBUG, "rolling back", e);
    }
  }

  /** Repeats work that may be repeated until it is done or patience ends. */
  public <T> T until(Callable<T> work) {
    return patience.until(work);
  }

  /** A connection for COPY and long transactions; waits for the server, then it is the caller's. */
  public Connection bulk() {
    return patience.until(bulk::getConnection);
  }

  /** An empty staging for a dump, on a connection of its own; whoever reads the dump closes it. */
  public Staging staging() {
    return PgStaging.on(bulk());
  }

  /** Saves this ledger and brings it back, on a connection of its own; the caller closes it. */
  public Saving saving() {
    return new Saving(bulk(), this);
  }

  /** Forgets texts or people, on a connection of its own; the caller closes it. */
  public Forgetting forgetting() {
    return new Forgetting(bulk(), this);
  }

  /**
   * Drops everything that Ferry has in this database; the schema is made anew by the next to open
   * it.
   */
  public void forget() {
    var unused = run("drop schema if exists ferry cascade");
  }

  /** A connection of one's own outside the pool, for what lasts as long as the connection. */
  public PgConnection connect() throws Exception {
    return own(PgConnection.connect(vertx, Drivers.rows(rows)));
  }

  /** What comes after its thread was interrupted is nobody's, and closed. */
  private static <C extends SqlConnection> C own(Future<C> coming) throws Exception {
    try {
      return quiet(await(coming));
    } catch (InterruptedException e) {
      var unused = coming.compose(SqlConnection::close);
      throw e;
    }
  }

  /**
   * What the server says unasked, such as why it ends a connection, the driver would print as it
   * came. The next statement fails of it, and that is told in Ferry's words.
   */
  private static <C extends SqlConnection> C quiet(C connection) {
    var unused =
        connection.exceptionHandler(e ->
            System.getLogger(Database.class.getName())
                .log(System.Logger.Level.DEBUG, "a connection", e));
    return connection;
  }

  /** The sentence for a person about a failure of this database. */
  LedgerException explain(Throwable failure) {
    return failure instanceof LedgerException e ? e : Trouble.explain(failure, url);
  }

  /** Waits on the calling thread; a failure is thrown as what it is. */
  public static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      var unused = await(pool.close());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      // What is not open need not be closed; every committed row is in the database.
      System.getLogger(Database.class.getName())
          .log(System.Logger.Level.DEBUG, "closing the pool", e);
    }
  }
}
