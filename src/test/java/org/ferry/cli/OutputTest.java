package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.temporal.ChronoUnit.DAYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
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
    Path killed = folder.resolve(".ferry-unfinished-1-plan.yaml");
    unused = Files.writeString(killed, "left by a run that was killed");
    unused = Files.setLastModifiedTime(killed, FileTime.from(Instant.now().minus(2, DAYS)));
    Output.write(file, "two");
    assertThat(Files.readString(file)).isEqualTo("two\n");
    assertThat(mode(file)).isEqualTo("rw-r-----");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void nothingOfAnybodyElseIsSweptAway() throws IOException {
    Path theirs = Files.writeString(folder.resolve("unfinished-2026-11-22.md"), "notes");
    Path writing = Files.writeString(folder.resolve(".ferry-unfinished-2-plan.yaml"), "half");
    Path unused = Files.setLastModifiedTime(theirs, FileTime.from(Instant.now().minus(9, DAYS)));
    Output.write(folder.resolve("plan.yaml"), "two");
    assertThat(theirs).hasContent("notes");
    assertThat(writing).as("another process is at it").hasContent("half");
  }

  @Test
  void whatBreaksOffLeavesTheFileOfBeforeAndNothingElse() throws IOException {
    Path file = folder.resolve("plan.yaml");
    Output.write(file, "one");
    assertThatThrownBy(() ->
            Output.stream(
                file,
                writer -> {
                  writer.write("half");
                  throw new IllegalStateException("the database is gone");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Files.readString(file)).isEqualTo("one\n");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void twoWhoWriteTheSameFileDoNotMixIt() throws IOException {
    Path file = folder.resolve("plan.yaml");
    Output.stream(
        file,
        writer -> {
          writer.write("slow");
          Output.write(file, "quick");
          writer.write(" and whole");
        });
    assertThat(Files.readString(file)).isEqualTo("slow and whole");
  }

  @Test
  void standardOutputThatTakesNoMoreIsAFailure() {
    PrintStream full = new PrintStream(new Full(), true, UTF_8);
    assertThatThrownBy(() -> Output.standard(full).write("backup".getBytes(UTF_8)))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("its disk is full");
  }

  /** A disk without room. */
  static final class Full extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("No space left on device");
    }
  }

  @Test
  void aReportThatCannotBeWrittenSaysWhy() {
    Path file = folder.resolve("gone/report.html");
    assertThatThrownBy(() -> ReportFile.write(file, "<p>"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("there is no such folder");
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
