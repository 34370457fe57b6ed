package org.ferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ferry run} has its library for encryption tried before it begins. */
class CryptographyIT {
  private static final String PICKLE_KEY = PickleKey.random().text().reveal();
  private static final TestPostgres.Db DB = TestPostgres.ledger();

  @TempDir Path folder;

  @BeforeEach
  void configure() throws IOException {
    Files.writeString(
        folder.resolve("config.yaml"),
        """
        homeserver: {address: "http://127.0.0.1:1", domain: new.example.org}
        api: {listen: "127.0.0.1:0"}
        accounts: [{user: "@me:example.org", token: given}]
        """);
  }

  private FerryProcess.Run ferry(String... arguments) {
    return FerryProcess.ferry(arguments)
        .in(folder)
        .with("FERRY_PICKLE_KEY", PICKLE_KEY)
        .with("DATABASE_URL", DB.url());
  }

  @Test
  void theLogNamesTheLibraryThatPassed() {
    try (FerryProcess ferry = ferry("run").start()) {
      assertThat(ferry.awaitLine("event=encryption_tried")).contains("vodozemac=0.9.0");
    }
    assertThat(ferry("doctor").run().out())
        .contains("ok        cryptography: the library vodozemac 0.9.0 works");
  }

  @Test
  void whereItDoesNotLoadNothingBeginsAndOneSentenceSaysWhatHelps() {
    String nowhere = "-Djna.tmpdir=" + folder.resolve("config.yaml").resolve("nowhere");
    FerryProcess.Result run = ferry("run").jvm("-XX:TieredStopAtLevel=1", nowhere).run();
    assertThat(run.status()).as(run.toString()).isEqualTo(1);
    assertThat(run.out() + run.err())
        .contains("Encryption does not work here", "FERRY_JAVA_OPTS=-Djna.tmpdir=")
        .doesNotContain("something unexpected", "event=leading");
    assertThat(ferry("doctor").jvm("-XX:TieredStopAtLevel=1", nowhere).run().out())
        .contains("problem   cryptography: Encryption does not work here");
  }
}
