package org.ferry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What PostgreSQL's programs print, in words for a person. */
class DiagnosisTest {
  @Test
  void aFullDiskIsOneSentence() {
    String said =
        """
        running bootstrap script ... FATAL:  could not extend file "base/1/2691": No space left on device
        HINT:  Check free disk space.
        child process exited with exit code 134
        """;
    assertThat(Diagnosis.of("initdb could not make data/postgres/cluster", said))
        .hasMessage(
            "Ferry's embedded PostgreSQL: initdb could not make data/postgres/cluster: no space is left on the disk. Free some and run the command again; nothing is lost.");
  }

  @Test
  void whatElseIsWrongIsShownWithTheRemedy() {
    assertThat(Diagnosis.of("it did not start in data", "FATAL:  Permission denied\n"))
        .hasMessageContainingAll("it did not start in data", "Permission denied", "mode 0700");
  }
}
