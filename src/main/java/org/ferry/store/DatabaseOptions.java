package org.ferry.store;

import java.time.Duration;

/**
 * How to use a database.
 *
 * @param url where it is
 * @param poolSize connections for ordinary work, 1 to 1000; a load, a migration and a claim each
 *     use one more
 * @param patience how long a lost connection, a full disk or a read-only server is waited for
 */
public record DatabaseOptions(DatabaseUrl url, int poolSize, Duration patience) {
  /** What a run uses where nothing else is said. */
  public static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(5);

  /** Checks the ranges. */
  public DatabaseOptions {
    if (poolSize < 1 || poolSize > 1000) {
      throw new IllegalArgumentException("database.pool_size must be 1 to 1000, not " + poolSize);
    }
    if (patience.isNegative()) {
      throw new IllegalArgumentException("patience may not be negative: " + patience);
    }
  }

  /**
   * Options with the usual patience.
   *
   * @param url see {@link DatabaseUrl#parse}
   * @param poolSize connections for ordinary work
   * @return the options
   * @throws IllegalArgumentException where the address is none; without the password in it
   */
  public static DatabaseOptions of(String url, int poolSize) {
    return new DatabaseOptions(DatabaseUrl.parse(url), poolSize, DEFAULT_PATIENCE);
  }
}
