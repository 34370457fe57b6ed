package org.ferry.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FerryProcessIT {
  @Test
  void runsTheBuiltProgramToItsEnd() {
    var result = FerryProcess.ferry("--help").run();
    assertThat(result.status()).as(result.toString()).isZero();
    assertThat(result.out()).contains("migrate");
  }

  @Test
  void killsItAndKeepsWhatItSaid() {
    // Before its main method the JVM waits here for a debugger, so it surely runs.
    try (var process =
        FerryProcess.ferry("--help")
            .jvm("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0")
            .start()) {
      String line = process.awaitLine("Listening for transport");
      process.kill();
      assertThat(process.isRunning()).isFalse();
      assertThat(process.out() + process.err()).contains(line);
    }
  }
}
