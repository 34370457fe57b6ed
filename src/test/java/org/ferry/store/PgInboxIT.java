package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.ferry.id.TraceId;
import org.ferry.live.Inbox;
import org.ferry.live.Received;
import org.junit.jupiter.api.Test;

/** Transactions in a real PostgreSQL. */
class PgInboxIT {
  private static final int MIB = 1024 * 1024;

  /** Transactions may hold 64 MiB each, and all that were kept while nobody took them up wait. */
  @Test
  void noMoreIsTakenUpAtOnceThanFitsIntoMemory() {
    try (StoreLab lab = new StoreLab()) {
      Inbox inbox = new PgInbox(lab.database());
      List<Integer> sizes = List.of(9 * MIB, 9 * MIB, 20 * MIB, 100, 100);
      for (int i = 0; i < sizes.size(); i++) {
        assertThat(inbox.store(transaction(i, sizes.get(i)))).isTrue();
      }
      List<List<Integer>> batches = new ArrayList<>();
      while (inbox.waits()) {
        List<Inbox.Untaken> batch = inbox.untaken(50);
        batches.add(batch.stream().map(t -> t.body().length()).toList());
        batch.forEach(t -> inbox.taken(t.key()));
      }
      assertThat(batches)
          .containsExactly(List.of(9 * MIB, 9 * MIB), List.of(20 * MIB), List.of(100, 100));
      assertThat(inbox.untaken(50)).isEmpty();
    }
  }

  private static Received transaction(int id, int bytes) {
    return new Received(
        "example.org",
        String.valueOf(id),
        Buffer.buffer(new byte[bytes]),
        "hash",
        1,
        0,
        Instant.now(),
        TraceId.fresh());
  }
}
