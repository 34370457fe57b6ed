package org.ferry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that name people are their owner's alone, unless the owner lets others read them. */
class OutputTest {
  @TempDir Path folder;

  @Test
  void aNewFileIsItsOwnersAlone() throws IOException {
    Path file = folder.resolve("people.csv");
    Output.write(file, "@alice:old.example.org");
    assertThat(Files.readString(file)).isEqualTo("@alice:old.example.org\n");
    assertThat(mode(file)).isEqualTo("rw-------");
  }

  @Test
  void whatTheOwnerAllowedStaysAllowedAndNothingUnfinishedIsLeft() throws IOException {
    Path file = folder.resolve("plan.yaml");
    Output.write(file, "one");
    Path unused = Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    unused =
        Files.writeString(folder.resolve(".plan.yaml.unfinished"), "left by a run that was killed");
    Output.write(file, "two");
    assertThat(Files.readString(file)).isEqualTo("two\n");
    assertThat(mode(file)).isEqualTo("rw-r-----");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
