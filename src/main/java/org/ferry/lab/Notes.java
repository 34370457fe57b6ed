package org.ferry.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Notes of the processes that were started, one file each, so that the next run ends what a killed
 * one left. A process is known by its number and the time it started at: numbers come again.
 */
public final class Notes {
  private static final Duration SAME_START = Duration.ofSeconds(2);
  private static final Duration END_LIMIT = Duration.ofSeconds(10);

  private final Path folder;

  /**
   * Notes kept in a folder.
   *
   * @param folder made where missing
   */
  public Notes(Path folder) {
    try {
      this.folder = Files.createDirectories(folder);
    } catch (IOException e) {
      throw new LabException("The folder " + folder + " cannot be made: " + e.getMessage(), e);
    }
  }

  /**
   * Notes a process.
   *
   * @param process one that was just started
   * @param endCommand what ends it where a signal to it would not; empty for a signal
   */
  public void add(ProcessHandle process, List<String> endCommand) {
    long start = process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    write(file(process.pid()), start + "\n" + String.join("\n", endCommand));
  }

  /**
   * Forgets a process that has ended.
   *
   * @param process one that was noted
   */
  public void remove(ProcessHandle process) {
    delete(file(process.pid()));
  }

  /** Ends by force what is noted and still runs, and forgets it. */
  public void reap() {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        reap(file);
      }
    } catch (IOException e) {
      throw new LabException("The notes in " + folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void reap(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String> endCommand = lines.stream().skip(1).filter(l -> !l.isEmpty()).toList();
    if (!endCommand.isEmpty()) {
      var unused = Tool.run(END_LIMIT, endCommand);
    }
    long pid = Long.parseLong(file.getFileName().toString());
    long start = lines.isEmpty() ? 0 : Long.parseLong(lines.get(0));
    ProcessHandle.of(pid).filter(p -> isSame(p, start)).ifPresent(Notes::end);
    delete(file);
  }

  private static boolean isSame(ProcessHandle process, long start) {
    Optional<Instant> now = process.info().startInstant();
    return now.isPresent() && Math.abs(now.get().toEpochMilli() - start) <= SAME_START.toMillis();
  }

  /** Ends a process by force and waits until it has. */
  static void end(ProcessHandle process) {
    var unused = process.destroyForcibly();
    try {
      var ended = process.onExit().get(END_LIMIT.toSeconds(), TimeUnit.SECONDS);
      if (ended.isAlive()) {
        throw new LabException("process " + ended.pid() + " does not end");
      }
    } catch (ExecutionException | TimeoutException e) {
      throw new LabException("process " + process.pid() + " does not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while a process ended", e);
    }
  }

  private Path file(long pid) {
    return folder.resolve(Long.toString(pid));
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new LabException("The note " + file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new LabException("The note " + file + " cannot be deleted: " + e.getMessage(), e);
    }
  }
}
