package org.ferry.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TransactionStoreTest {
  @Test
  void storesUnderServerIdAndHash() {
    List<String> rows = new ArrayList<>();
    Inbox inbox =
        new Inbox() {
          @Override
          public boolean store(String server, String id, byte[] body, String sha256, Instant at) {
            return rows.add(server + " " + id + " " + body.length + " " + sha256 + " " + at);
          }

          @Override
          public Optional<Instant> lastReceived(String server) {
            return Optional.empty();
          }
        };
    new TransactionStore("example.org", inbox, () -> Instant.EPOCH)
        .store("7", "abc".getBytes(StandardCharsets.UTF_8));
    assertThat(rows)
        .containsExactly(
            "example.org 7 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                + " 1970-01-01T00:00:00Z");
  }
}
