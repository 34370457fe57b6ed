package org.ferry.app;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.ferry.config.Config;
import org.ferry.id.Secret;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;

/** Ferry's database: the one that the configuration names, or one of Ferry's own. */
final class DatabasePart {
  private DatabasePart() {}

  /** The database; the embedded one is started where none is configured, and kept running. */
  static Database open(
      Vertx vertx,
      Config config,
      Map<String, String> environment,
      Closing closing,
      Consumer<String> notice) {
    Secret external = config.database().url();
    int poolSize = config.database().poolSize();
    if (external != null) {
      return Database.open(vertx, DatabaseOptions.of(external.reveal(), poolSize), notice);
    }
    EmbeddedPostgres embedded =
        closing.add(
            EmbeddedPostgres.open(config.dataDir(), cacheFolder(environment)),
            EmbeddedPostgres::close);
    return Database.open(
        vertx,
        DatabaseOptions.of(url(embedded), poolSize),
        notice,
        () -> {
          if (embedded.revive()) {
            notice.accept(
                "Ferry's embedded PostgreSQL had ended without being asked to; it was started again,"
                    + " nothing is lost");
          }
          return true;
        });
  }

  private static String url(EmbeddedPostgres embedded) {
    return "postgresql://%s:%s@%s:%d/%s"
        .formatted(
            embedded.user(),
            embedded.password().reveal(),
            embedded.host(),
            embedded.port(),
            embedded.database());
  }

  /** Where unpacked programs are kept between runs, by the XDG rules. */
  static Path cacheFolder(Map<String, String> environment) {
    return FerryCache.of(environment);
  }
}
