package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.migrate.LoadedSource;
import org.ferry.source.RoomTally;
import org.ferry.source.SecondReading;
import org.ferry.source.SourceException;
import org.ferry.source.synapse.LoadProgress;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What could be loaded can be counted again, whatever its form; what could not says why both times.
 */
class SecondCountsIT {
  private static final Path ARCHIVES = Path.of("src/test/resources/archives").toAbsolutePath();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"small.inserts.sql.gz", "small.dump", "small.tar.gz", "small.folder"})
  void theSecondReadingUsesWhatTheFirstDid(String archive) {
    String dump = ARCHIVES.resolve(archive).toString();
    try (Ferry ferry = new Ferry(config(), System.getenv(), said -> {})) {
      LoadedSource loaded;
      try {
        loaded = ferry.load(dump, nothing(), false, LoadProgress.NONE, rows -> {});
      } catch (SourceException e) { // this machine has no pg_restore
        assertThatThrownBy(() -> count(ferry, dump)).hasMessage(e.getMessage());
        return;
      }
      try (SecondReading again = count(ferry, dump);
          Stream<RoomTally> first = ferry.sources().recount(loaded.id());
          Stream<RoomTally> second = again.tallies()) {
        assertThat(again.fingerprint()).isEqualTo(loaded.info().fingerprint());
        assertThat(second.toList())
            .isNotEmpty()
            .containsExactlyInAnyOrderElementsOf(first.toList());
      }
    }
  }

  private static SecondReading count(Ferry ferry, String dump) {
    return new SecondCounts(ferry).read(dump, nothing(), (done, all) -> {});
  }

  private static InputStream nothing() {
    return InputStream.nullInputStream();
  }

  private Config config() {
    TestPostgres.Db db = TestPostgres.freshDatabase();
    String yaml =
        """
        homeserver: {address: "http://127.0.0.1:1", domain: new.example.org}
        database: {url: "postgresql://%s:%s@127.0.0.1:%d/%s"}
        """
            .formatted(db.user(), db.password().reveal(), db.port(), db.database());
    return new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder);
  }
}
