package org.ferry.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.ferry.testing.FerryProcess;
import org.ferry.testing.Workplace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger is saved in the middle of a migration, lost after it, and brought back. */
class BackupIT {
  @TempDir Path folder;

  @Test
  void whatWasSentAfterTheBackupIsFoundAndNotSentTwice() throws IOException {
    try (Workplace work = Workplace.in(folder)) {
      savedInTheMiddle(work);
      FerryProcess.Result whole = work.migrate().run();
      assertThat(whole.status()).as(whole.toString()).isZero();
      lost(work);
      refused(work);
      FerryProcess.Result restored = must(0, work, "restore", "ferry.backup");
      System.out.println("[backup] " + restored);
      FerryProcess.Result again = must(2, work, "restore", "ferry.backup");
      assertThat(again.err()).contains("holds something already", "--force");
      long sent = sends(work);
      FerryProcess.Result goesOn = work.goOn().run();
      System.out.println("[backup] " + goesOn);
      assertThat(goesOn.status()).as(goesOn.toString()).isZero();
      assertThat(sends(work)).as("messages sent a second time").isEqualTo(sent);
      KillIT.proven(work);
    }
  }

  private static void savedInTheMiddle(Workplace work) throws IOException {
    // However long the backup takes, it is taken in the middle; what is held is sent after it.
    Workplace.Gate gate = work.holdWritesAfter(40);
    try (FerryProcess ferry = work.migrate().start()) {
      gate.awaitHeld(ferry);
      FerryProcess.Result saved = must(0, work, "backup", "ferry.backup");
      System.out.println("[backup] " + saved);
      assertThat(ferry.isRunning()).as("the backup was taken in the middle").isTrue();
      ferry.terminate();
      gate.open();
      assertThat(ferry.await(Duration.ofMinutes(2)).status()).isEqualTo(143);
    }
    Path file = work.folder().resolve("ferry.backup");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private static void lost(Workplace work) {
    assertThat(must(2, work, "reset", "--all").err()).contains("--yes");
    FerryProcess.Result reset = must(0, work, "reset", "--all", "--yes");
    System.out.println("[backup] " + reset);
    assertThat(reset.err()).contains("carried rooms stand on the homeserver");
    assertThat(work.folder().resolve("data/postgres")).doesNotExist();
  }

  /** A file that was cut off, altered, or is something else leaves everything as it was. */
  private static void refused(Workplace work) throws IOException {
    byte[] good = Files.readAllBytes(work.folder().resolve("ferry.backup"));
    Path bad = work.folder().resolve("bad.backup");
    byte[] altered = good.clone();
    altered[good.length / 2] ^= 1;
    for (byte[] bytes :
        new byte[][] {
          Arrays.copyOf(good, good.length / 2),
          Arrays.copyOf(good, good.length - 1),
          altered,
          wordsForNumbers(good),
          "select 1;".getBytes(java.nio.charset.StandardCharsets.UTF_8)
        }) {
      Path unused = Files.write(bad, bytes);
      FerryProcess.Result refused = must(3, work, "restore", "bad.backup");
      System.out.println("[backup] " + refused);
      assertThat(refused.err()).contains("Nothing was changed").doesNotContain("Exception");
    }
    byte[] newer = good.clone();
    newer["ferry-backup ".length()] = '2';
    Path unused = Files.write(bad, newer);
    assertThat(must(3, work, "restore", "bad.backup").err()).contains("newer Ferry");
    assertThat(must(0, work, "status").out()).contains("Nothing was loaded yet");
  }

  /** Damage that unpacks: where rows begin with a number, they begin with a letter. */
  private static byte[] wordsForNumbers(byte[] good) throws IOException {
    int head = "ferry-backup 1\n".length();
    ByteArrayInputStream in = new ByteArrayInputStream(good);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(in.readNBytes(head));
    byte[] plain = new GZIPInputStream(in).readAllBytes();
    for (int i = 1; i < plain.length; i++) {
      if (plain[i - 1] == '\n' && plain[i] >= '0' && plain[i] <= '9') {
        plain[i] = 'z';
      }
    }
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(plain);
    }
    return out.toByteArray();
  }

  private static long sends(Workplace work) {
    return work.proxy().seen().stream()
        .filter(s -> s.method().equals("PUT") && s.path().contains("/send/"))
        .count();
  }

  private static FerryProcess.Result must(int status, Workplace work, String... arguments) {
    FerryProcess.Result result = work.ferry(arguments).run();
    assertThat(result.status()).as(result.toString()).isEqualTo(status);
    return result;
  }
}
