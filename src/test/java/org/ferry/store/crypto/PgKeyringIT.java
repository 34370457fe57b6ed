package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring.Numbered;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.migrate.LedgerException;
import org.ferry.store.Database;
import org.ferry.store.DatabaseOptions;
import org.ferry.store.DatabaseUrl;
import org.ferry.store.StoreLab;
import org.ferry.store.TlsMode;
import org.ferry.testing.FaultProxy;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgKeyringIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final StoreLab lab = new StoreLab();

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void findsTheSameKeyAgain() {
    PickleKey pickleKey = PickleKey.random();
    Numbered first;
    try (PgKeyring keyring = PgKeyring.open(lab.database(), pickleKey)) {
      first = keyring.current();
    }
    try (PgKeyring keyring = PgKeyring.open(lab.database(), pickleKey)) {
      assertThat(keyring.current()).isEqualTo(first);
      assertThat(keyring.of(1)).isEqualTo(first.key());
      assertThatThrownBy(() -> keyring.of(7)).isInstanceOf(KeyException.class);
    }
  }

  /** Another process may change the pickle key long after an outage that nobody waited out. */
  @Test
  void isReadAnewAfterTheDatabaseWasAwayForLongerThanPatience() throws Exception {
    PickleKey pickleKey = PickleKey.random();
    List<String> notices = new CopyOnWriteArrayList<>();
    Vertx vertx = Vertx.vertx();
    try (FaultProxy proxy = FaultProxy.to(lab.db().host(), lab.db().port());
        Database database = Database.open(vertx, impatient(proxy), notices::add);
        PgKeyring keyring = PgKeyring.open(database, pickleKey)) {
      proxy.refuse();
      proxy.reset();
      Wait.until(LIMIT, "the reader's outage", () -> !notices.isEmpty());
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> database.run("select 1")).isInstanceOf(LedgerException.class);
      }
      proxy.heal();
      boolean unused =
          lab.database()
              .transaction(connection -> {
                PgKeyring.add(connection, 2, PickleKey.random(), pickleKey);
                return true;
              });
      Wait.until(LIMIT, "the second key", () -> keyring.current().generation() == 2);
    } finally {
      vertx.close().await();
    }
  }

  private DatabaseOptions impatient(FaultProxy proxy) {
    var db = lab.db();
    DatabaseUrl url =
        new DatabaseUrl(
            "127.0.0.1",
            proxy.port(),
            db.database(),
            db.user(),
            db.password(),
            TlsMode.PREFER,
            null);
    return new DatabaseOptions(url, 2, Duration.ofMillis(500));
  }

  @Test
  void anotherPickleKeyIsRefusedAndChangesNothing() {
    PgKeyring.open(lab.database(), PickleKey.random()).close();
    long before = lab.number("select count(*) from ferry.wrapped_key");
    assertThatThrownBy(() -> PgKeyring.open(lab.database(), PickleKey.random()))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("another pickle key")
        .hasMessageContaining("makes no new identity");
    assertThat(lab.number("select count(*) from ferry.wrapped_key")).isEqualTo(before);
    assertThat(lab.number("select count(*) from ferry.data_key")).isEqualTo(1);
  }
}
