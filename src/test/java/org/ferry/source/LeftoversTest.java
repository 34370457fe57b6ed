package org.ferry.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose scratch is swept. */
class LeftoversTest {
  /** Larger than any process number of Linux. */
  private static final long NOBODY = 1L << 40;

  @TempDir Path folder;

  private List<String> left() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whatTheSameNumberLeftInAnEarlierLifeIsSwept() throws IOException {
    String own = Leftovers.prefix("media") + "1.spool";
    long pid = ProcessHandle.current().pid();
    Path unused = Files.createFile(folder.resolve(own));
    unused = Files.createFile(folder.resolve("media-" + pid + "-1600000000-2.spool"));
    unused = Files.createFile(folder.resolve("media-" + NOBODY + "-1600000000-3.spool"));
    unused = Files.createFile(folder.resolve("recount-" + NOBODY + "-1600000000-4.sorted"));
    unused = Files.createFile(folder.resolve("media-store.tar"));
    Leftovers.sweep(folder, "media");
    assertThat(left())
        .containsExactlyInAnyOrder(
            own, "media-store.tar", "recount-" + NOBODY + "-1600000000-4.sorted");
  }

  @Test
  void aFolderIsSweptWithItsFiles() throws IOException {
    Path gone = Files.createDirectory(folder.resolve("sqlite-" + NOBODY + "-1600000000-5"));
    Path unused = Files.createFile(gone.resolve("homeserver.db"));
    Leftovers.sweep(folder, "sqlite");
    assertThat(left()).isEmpty();
  }
}
