package org.ferry.testing;

import java.sql.SQLException;
import java.time.Duration;

/** The keys of devices that Ferry follows by, which it uploads beside its following. */
public final class UploadedKeys {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String UPLOADED =
      """
      select 1 from ferry.olm_account a join ferry.olm_device d on d.id = a.device
      where d.user_id = ? and a.uploaded
      """;

  private UploadedKeys() {}

  /**
   * Waits until the homeserver has those of a user's device: somebody's client that asks for them
   * sooner finds none, and gives that device no key.
   */
  public static void await(TestPostgres.Db db, String user) {
    Wait.until(LIMIT, "the keys of " + user, () -> areThere(db, user));
  }

  private static boolean areThere(TestPostgres.Db db, String user) throws SQLException {
    try (var connection = db.connect();
        var statement = connection.prepareStatement(UPLOADED)) {
      statement.setString(1, user);
      return statement.executeQuery().next();
    }
  }
}
