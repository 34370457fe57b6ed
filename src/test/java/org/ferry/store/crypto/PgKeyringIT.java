package org.ferry.store.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.Keyring.Numbered;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.store.StoreLab;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PgKeyringIT {
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
