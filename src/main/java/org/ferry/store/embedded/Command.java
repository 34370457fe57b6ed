package org.ferry.store.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs PostgreSQL's own programs. */
final class Command {
  private final Path bin;
  private final Path scratch;

  /**
   * @param binaries the folder that holds {@code bin}
   * @param scratch a folder for the output of a program while it runs
   */
  Command(Path binaries, Path scratch) {
    this.bin = binaries.resolve("bin");
    this.scratch = scratch;
  }

  record Result(int status, String output) {
    boolean ok() {
      return status == 0;
    }
  }

  /**
   * Runs a program to its end; its output goes through a file, which a daemon may keep open. An
   * interrupted thread waits all the same, and stays interrupted: what was begun is not left alone.
   */
  Result run(Duration limit, String program, String... arguments) {
    Path output = scratch.resolve(program + ".out");
    try {
      Process process = builder(program, arguments).redirectOutput(output.toFile()).start();
      process.getOutputStream().close();
      if (!ends(process, limit)) {
        var unused = process.destroyForcibly();
        return new Result(-1, "no end after " + limit.toSeconds() + " s");
      }
      return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw cannotRun(program, e);
    }
  }

  private static boolean ends(Process process, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ProcessBuilder builder(String program, String... arguments) throws IOException {
    List<String> line = new ArrayList<>();
    if ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0) {
      // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
      line.addAll(List.of("unshare", "-U"));
    }
    line.add(bin.resolve(program).toString());
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(k -> k.startsWith("PG") || k.startsWith("LC_") || k.equals("LANG"));
    var unused = builder.environment().put("LC_ALL", "C");
    return builder.directory(scratch.toFile());
  }

  private EmbeddedPostgresException cannotRun(String program, IOException cause) {
    return new EmbeddedPostgresException(
        "Ferry's embedded PostgreSQL cannot run here: %s does not start (%s). It needs glibc (not"
                .formatted(bin.resolve(program), cause.getMessage())
            + " musl), a cache folder without noexec (XDG_CACHE_HOME) and, for root, the unshare"
            + " program. Mend that, or "
            + EmbeddedPostgresException.USE_EXTERNAL
            + ".",
        cause);
  }
}
