package org.ferry.store.api;

import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.ferry.store.Database;

/**
 * One at a time for each name: among the threads of this process by a lock of its own, and among
 * processes by an advisory lock of PostgreSQL, which ends with the connection that holds it.
 */
final class Turns {
  private static final String LOCK = "select pg_advisory_lock(1180062319, hashtext($1))";
  private static final int STRIPES = 64;
  private static final int CONNECTIONS = 4;

  private final Database database;
  private final Lock[] stripes = new Lock[STRIPES];
  private final Semaphore connections = new Semaphore(CONNECTIONS);

  Turns(Database database) {
    this.database = database;
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  <T> T alone(String name, Supplier<T> work) {
    Lock stripe = stripes[Math.floorMod(name.hashCode(), STRIPES)];
    stripe.lock();
    try {
      return amongProcesses(name, work);
    } finally {
      stripe.unlock();
    }
  }

  private <T> T amongProcesses(String name, Supplier<T> work) {
    connections.acquireUninterruptibly();
    try {
      PgConnection connection = database.until(() -> locked(name));
      try {
        return work.get();
      } finally {
        var unused = connection.close();
      }
    } finally {
      connections.release();
    }
  }

  private PgConnection locked(String name) throws Exception {
    PgConnection connection = database.connect();
    try {
      var unused = Database.await(connection.preparedQuery(LOCK).execute(Tuple.of(name)));
      return connection;
    } catch (Exception e) {
      // Also where the thread was interrupted: the lock may come to the connection yet.
      var unused = connection.close();
      throw e;
    }
  }
}
