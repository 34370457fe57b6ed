package org.ferry.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.ferry.store.embedded.EmbeddedPostgresException;
import org.ferry.store.embedded.ProcessLock;
import org.ferry.testing.crossing.Sample;

/**
 * Options with which Java starts the built program in a third of the time: classes from an archive
 * that is made once for each build, collected as the launcher has it, and no second compilation of
 * code that runs for seconds.
 */
final class QuickJava {
  private static final Path FOLDER = Path.of("target", "ferry-classes").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration OTHERS = LIMIT.multipliedBy(2);
  private static final List<String> LAUNCHED =
      List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1");

  private static final class Holder {
    static final List<String> OPTIONS = chosen();
  }

  private QuickJava() {}

  /** The options; the first call of a build makes the archive. */
  static List<String> options() {
    return Holder.OPTIONS;
  }

  private static List<String> chosen() {
    try {
      return with(archive());
    } catch (UncheckedIOException | EmbeddedPostgresException e) {
      System.out.println("[tests] no archive of the classes of ferry: " + e.getMessage());
      return LAUNCHED;
    }
  }

  private static List<String> with(Path archive) {
    List<String> options = new ArrayList<>(LAUNCHED);
    // Of an archive that does not fit Java says so on standard output; it is slower, no more.
    options.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
    options.add("-Xlog:cds+dynamic=off");
    return List.copyOf(options);
  }

  private static Path archive() {
    try {
      Files.createDirectories(FOLDER);
      Path jar = FerryProcess.jar();
      String of =
          "%d-%d-%s.jsa"
              .formatted(
                  Files.size(jar), Files.getLastModifiedTime(jar).toMillis(), Runtime.version());
      Path file = FOLDER.resolve(of);
      return ProcessLock.whileAlone(FOLDER.resolve("lock"), OTHERS, () -> made(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path made(Path file) {
    try {
      if (!Files.exists(file)) {
        clear(FOLDER);
        Path work = Files.createDirectory(FOLDER.resolve("work"));
        Path fresh = FOLDER.resolve("fresh");
        if (learnt(work, fresh)) {
          Path unused = Files.move(fresh, file);
        } else {
          // Java takes an empty file for no archive: it is slower, and all else is the same.
          Path unused = Files.createFile(file);
        }
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what is in a folder, but a lock. */
  private static void clear(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path old : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!old.equals(folder) && !old.endsWith("lock")) {
          Files.delete(old);
        }
      }
    }
  }

  /** Analyzing a dump on the embedded database needs most classes. */
  private static boolean learnt(Path work, Path file) throws IOException {
    List<String> options = new ArrayList<>(LAUNCHED);
    options.add("-XX:ArchiveClassesAtExit=" + file);
    Files.writeString(
        work.resolve("config.yaml"),
        """
        homeserver: {address: "http://127.0.0.1:1", domain: new.example.org}
        space: "#village:new.example.org"
        """);
    try (var ferry =
        FerryProcess.ferry("analyze", Sample.SQL.toString())
            .in(work)
            .jvm(options.toArray(String[]::new))
            .start()) {
      return ferry.await(LIMIT).status() == 0 && Files.exists(file);
    } catch (AssertionError e) {
      System.out.println("[tests] no archive of the classes of ferry: " + e.getMessage());
      return false;
    }
  }
}
