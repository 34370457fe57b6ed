package org.ferry.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.ferry.config.Config;
import org.ferry.id.UserId;
import org.ferry.store.Forgetting;
import org.ferry.store.embedded.EmbeddedPostgres;

/** Forgets everything that Ferry holds. */
public final class Oblivion {
  private Oblivion() {}

  /**
   * Drops the ledger; the Ferry can only be closed afterwards.
   *
   * @param ferry the running Ferry, which has claimed the ledger
   */
  public static void ledger(Ferry ferry) {
    ferry.database().forget();
  }

  /**
   * Empties the text of all events.
   *
   * @param ferry the running Ferry, which has claimed the ledger
   * @return how many events
   */
  public static long content(Ferry ferry) {
    try (Forgetting forgetting = ferry.database().forgetting()) {
      return forgetting.content();
    }
  }

  /**
   * Erases a person.
   *
   * @param ferry the running Ferry, which has claimed the ledger
   * @param user an id of either side
   * @return how many rows were touched
   */
  public static long user(Ferry ferry, UserId user) {
    try (Forgetting forgetting = ferry.database().forgetting()) {
      return forgetting.user(user);
    }
  }

  /**
   * Removes what is kept in files: an embedded database that nobody uses, and what was remembered
   * for convenience.
   *
   * @param config whose {@code data_dir}
   */
  public static void files(Config config) {
    if (config.database().url() == null) {
      EmbeddedPostgres.remove(config.dataDir());
    }
    try {
      boolean unused = Files.deleteIfExists(config.dataDir().resolve("last-media"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
