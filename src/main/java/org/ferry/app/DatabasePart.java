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

/** Ferry's database: the one that the configuration names, or one of Ferry's own. */
final class DatabasePart {
  private DatabasePart() {}

  /** The address of the database; starts the embedded one where none is configured. */
  static String url(Config config, Map<String, String> environment, Closing closing) {
    Secret external = config.database().url();
    if (external != null) {
      return external.reveal();
    }
    EmbeddedPostgres embedded =
        closing.add(
            EmbeddedPostgres.open(config.dataDir(), cacheFolder(environment)),
            EmbeddedPostgres::close);
    return "postgresql://%s:%s@%s:%d/%s"
        .formatted(
            embedded.user(),
            embedded.password().reveal(),
            embedded.host(),
            embedded.port(),
            embedded.database());
  }

  static Database open(Vertx vertx, String url, Config config, Consumer<String> notice) {
    return Database.open(vertx, DatabaseOptions.of(url, config.database().poolSize()), notice);
  }

  /** Where unpacked programs are kept between runs, by the XDG rules. */
  static Path cacheFolder(Map<String, String> environment) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
    return base.resolve("ferry");
  }
}
