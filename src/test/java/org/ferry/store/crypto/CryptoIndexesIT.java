package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.ferry.store.StoreLab;
import org.ferry.store.live.PgLiveEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is looked up for each event must not read whole tables. */
class CryptoIndexesIT {
  private final StoreLab lab = new StoreLab();

  @AfterEach
  void close() {
    lab.close();
  }

  /** Each ghost that writes into encrypted rooms has an account. */
  @Test
  void aDeviceOfFerrysOwnIsFoundByItsKey() throws SQLException {
    try (Connection connection = lab.db().connect();
        var statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              """
              insert into ferry.data_key (generation) values (99);
              insert into ferry.olm_device (user_id, device_id)
                select '@g' || n || ':x', 'D' from generate_series(1, 20000) n;
              insert into ferry.olm_account (device, pickle, key_generation, curve25519, ed25519,
                  uploaded, server_keys, fallback_used, refusals)
                select id, '', 99, 'c' || id, 'e' || id, true, 0, false, 0 from ferry.olm_device;
              analyze ferry.olm_account; analyze ferry.olm_device;
              """);
      String sql = PeerRows.OWN.replace("$1", "'c77'").replace("$2", "'e77'");
      assertThat(plan(statement, sql))
          .contains("olm_account_key")
          .doesNotContain("Seq Scan on olm_account");
    }
  }

  /** It is asked each second, however many messages nobody can read. */
  @Test
  void whatAKeyOpensIsFoundByTheKeysThatCame() throws SQLException {
    try (Connection connection = lab.db().connect();
        var statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              """
              insert into ferry.data_key (generation) values (99);
              insert into ferry.room_key (room_id, session_id, origin, first_index, sender_key,
                  signing_key, forwarded_by, shared_history, pickle, key_generation, changed_at)
                select '!r', 's' || n, 'olm', 0, 's', 's', '[]', false, '', 99, now() - interval '1 day'
                from generate_series(1, 20000) n;
              insert into ferry.live_event
                  (room, event, sender, type, session, ts, state, reason, raw, taken_at, tried_at)
                select '!r', '$' || n, '@a:x', 'm.room.encrypted', 'x' || n, 1, 'undecryptable',
                  'no_key', 'x', now(), now() from generate_series(1, 20000) n;
              analyze ferry.room_key; analyze ferry.live_event;
              """);
      assertThat(plan(statement, PgLiveEvents.OPENABLE_LATELY.replace("$1", "200")))
          .contains("room_key_changed")
          .doesNotContain("Seq Scan");
    }
  }

  private static String plan(Statement statement, String sql) throws SQLException {
    StringBuilder plan = new StringBuilder();
    try (ResultSet rows = statement.executeQuery("explain " + sql)) {
      while (rows.next()) {
        plan = plan.append(rows.getString(1)).append('\n');
      }
    }
    return plan.toString();
  }
}
