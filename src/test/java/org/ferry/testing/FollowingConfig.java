package org.ferry.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.lab.Ports;

/** The configuration of a Ferry that is no application service and follows accounts. */
public final class FollowingConfig {
  private FollowingConfig() {}

  /**
   * Writes {@code config.yaml}; the API gets a free port.
   *
   * @param folder where
   * @param homeserver where {@link TestLab#DOMAIN} answers
   * @param db where Ferry keeps what it knows
   * @param accounts the entries of {@code accounts}, as YAML
   */
  public static void write(Path folder, URI homeserver, TestPostgres.Db db, String accounts)
      throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "%s", domain: %s}
        api: {listen: "127.0.0.1:%d"}
        database: {url: "%s"}
        accounts: [%s]
        """
            .formatted(homeserver, TestLab.DOMAIN, Ports.free(), db.url(), accounts));
  }
}
