package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.ferry.id.Secret;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.ferry.testing.Tier;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL of the admin's own that is restarted every few seconds. */
class RestlessDatabaseIT {
  private static final Duration LIMIT = Duration.ofMinutes(8);
  private static final Duration UP = Duration.ofSeconds(3);
  private static final int EVENTS = Workplace.eventsOf(0.7);

  @TempDir Path folder;
  @TempDir Path other;

  @Test
  void aMigrationGoesOnBesideRestartsAndEndsOnceTheyDo() {
    try (Workplace work = Workplace.in(folder)) {
      EmbeddedPostgres server = EmbeddedPostgres.open(other, FerryCache.standard());
      int port = server.port();
      try {
        work.configure(OutageIT.database(db(server), port));
        try (FerryProcess ferry = work.migrate().start()) {
          work.awaitWrites(ferry, 20);
          int restarts = Tier.Count.DATABASE_RESTARTS.now();
          for (int i = 0; i < restarts; i++) {
            server.close();
            server = EmbeddedPostgres.open(other, FerryCache.standard());
            assertThat(server.port()).as("the same server for Ferry").isEqualTo(port);
            FaultyNetworkIT.goesOn(work, ferry, UP, EVENTS / restarts);
          }
          FerryProcess.Result result = ferry.await(LIMIT);
          System.out.println("[restless] " + restarts + " restarts\n" + result.err());
          assertThat(result.status()).as(result.toString()).isZero();
          assertThat(result.err()).doesNotContain("Exception", "\tat ");
        }
        KillIT.proven(work);
      } finally {
        server.close();
      }
    }
  }

  private static TestPostgres.Db db(EmbeddedPostgres server) {
    URI address = URI.create(server.jdbcUrl().substring("jdbc:".length()));
    return new TestPostgres.Db(
        server.jdbcUrl(),
        address.getHost(),
        server.port(),
        server.database(),
        server.user(),
        Secret.of(server.password().reveal()));
  }
}
