package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.ferry.store.StoreLab;
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
      StringBuilder plan = new StringBuilder();
      String sql = PeerRows.OWN.replace("$1", "'c77'").replace("$2", "'e77'");
      try (ResultSet rows = statement.executeQuery("explain " + sql)) {
        while (rows.next()) {
          plan.append(rows.getString(1)).append('\n');
        }
      }
      assertThat(plan.toString())
          .contains("olm_account_key")
          .doesNotContain("Seq Scan on olm_account");
    }
  }
}
