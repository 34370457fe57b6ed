package org.ferry.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.ferry.lab.Notes;

/**
 * The built program as a process: what an admin types. Reads its output while it runs; ends it with
 * the test; what a killed test run left is ended by the next one.
 */
public final class FerryProcess implements AutoCloseable {
  private static final Duration USUAL = Duration.ofMinutes(5);
  private static final Duration ORDERLY = Duration.ofSeconds(60);

  /** Runs its arguments at a terminal. */
  private static final String TERMINAL =
      "import os,pty,sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

  private static final class Holder {
    static final Notes NOTES = reaped();

    private static Notes reaped() {
      var notes = new Notes(Folders.own("ferry-pids"));
      notes.reap();
      return notes;
    }
  }

  /**
   * How a run ended.
   *
   * @param status its exit status; 137 after a kill
   * @param out standard output
   * @param err standard error
   */
  public record Result(int status, String out, String err) {
    @Override
    public String toString() {
      return "exit status %d%n--- standard output%n%s%n--- standard error%n%s"
          .formatted(status, out, err);
    }
  }

  /**
   * What to run.
   *
   * @param arguments of {@code ferry}
   * @param folder its working folder
   * @param environment added to this process's
   * @param jvm options of Java, such as {@code -Xmx256m}; none stand for those of a quick start
   * @param input what it reads
   * @param terminal whether it reads and writes a terminal of its own, as under a person's hands
   */
  public record Run(
      List<String> arguments,
      Path folder,
      Map<String, String> environment,
      List<String> jvm,
      String input,
      boolean terminal) {
    /** The same in another working folder. */
    public Run in(Path other) {
      return new Run(arguments, other, environment, jvm, input, terminal);
    }

    /** The same with one more variable of the environment. */
    public Run with(String name, String value) {
      var more = new java.util.HashMap<>(environment);
      more.put(name, value);
      return new Run(arguments, folder, Map.copyOf(more), jvm, input, terminal);
    }

    /** The same with these options of Java instead. */
    public Run jvm(String... options) {
      return new Run(arguments, folder, environment, List.of(options), input, terminal);
    }

    /** The same with something to read. */
    public Run reading(String text) {
      return new Run(arguments, folder, environment, jvm, text, terminal);
    }

    /** The same at a terminal, where what it reads is typed; all it writes is standard output. */
    public Run typing(String text) {
      return new Run(arguments, folder, environment, jvm, text, true);
    }

    /** Starts it. */
    public FerryProcess start() {
      return new FerryProcess(this);
    }

    /** Runs it to its end, at most five minutes. */
    public Result run() {
      try (var process = start()) {
        return process.await(USUAL);
      }
    }
  }

  private final Process process;
  private final Captured out;
  private final Captured err;

  /** {@code ferry} with these arguments, in the module's folder. */
  public static Run ferry(String... arguments) {
    return new Run(List.of(arguments), Path.of("."), Map.of(), List.of(), "", false);
  }

  private FerryProcess(Run run) {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.addAll(run.jvm().isEmpty() ? QuickJava.options() : run.jvm());
    line.addAll(List.of("-jar", jar().toString()));
    line.addAll(run.arguments());
    if (run.terminal()) {
      line.addAll(0, List.of("python3", "-c", TERMINAL));
    }
    // A build in the background ignores Ctrl-C and hang-ups, and its children would as well.
    line.addAll(0, List.of("env", "--default-signal=INT,HUP,TERM"));
    var builder = new ProcessBuilder(line).directory(run.folder().toFile());
    builder.environment().putAll(run.environment());
    try {
      process = builder.start();
      Holder.NOTES.add(process.toHandle(), List.of());
      out = new Captured(process.inputReader(StandardCharsets.UTF_8));
      err = new Captured(process.errorReader(StandardCharsets.UTF_8));
      try (var input = process.outputWriter(StandardCharsets.UTF_8)) {
        input.write(run.input());
      }
    } catch (IOException e) {
      throw new IllegalStateException("ferry does not start: " + line, e);
    }
  }

  /** The built program. */
  static Path jar() {
    Path jar = Path.of(System.getProperty("ferry.jar", "target/ferry.jar")).toAbsolutePath();
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing; tests of the program run in verify");
    }
    return jar;
  }

  /** What it wrote to standard output so far. */
  public String out() {
    return out.text();
  }

  /** What it wrote to standard error so far. */
  public String err() {
    return err.text();
  }

  /** Whether it runs. */
  public boolean isRunning() {
    return process.isAlive();
  }

  /** Its process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * Waits until it has written a line, on either stream, that contains a text; returns the line.
   */
  public String awaitLine(String part) {
    return awaitLine(line -> line.contains(part), USUAL);
  }

  /** Waits until it has written such a line, on either stream; returns the line. */
  public String awaitLine(Predicate<String> which, Duration limit) {
    var found = new ArrayList<String>();
    try {
      Wait.until(limit, "a line of ferry", () -> found(which, found));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; it wrote:\n" + out() + "\n" + err(), e);
    }
    return found.get(0);
  }

  private boolean found(Predicate<String> which, List<String> found) {
    boolean alive = process.isAlive();
    out.find(which).or(() -> err.find(which)).ifPresent(found::add);
    if (found.isEmpty() && !alive && out.atEnd() && err.atEnd()) {
      throw new AssertionError("ferry ended without it: " + await(USUAL));
    }
    return !found.isEmpty();
  }

  /** Kills it at once (SIGKILL) and waits until it is gone. */
  public void kill() {
    var unused = process.destroyForcibly();
    var result = await(ORDERLY);
    if (result.status() == 0) {
      throw new AssertionError("ferry had ended before it was killed: " + result);
    }
  }

  /** Stops it where it is (SIGSTOP), as a machine that hangs does; it keeps all it holds. */
  public void freeze() {
    signal("STOP");
  }

  /** Lets it go on (SIGCONT). */
  public void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int status =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new AssertionError("kill -" + name + " ended with status " + status);
      }
    } catch (IOException e) {
      throw new IllegalStateException("kill cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while ferry ran", e);
    }
  }

  /** Asks it to end (SIGTERM); its last words are still read, which Process#destroy cuts off. */
  public void terminate() {
    boolean unused = process.toHandle().destroy();
  }

  /**
   * Waits for its end, which may not come.
   *
   * @param within how long at most
   * @return whether it ended
   */
  public boolean ends(Duration within) throws InterruptedException {
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for its end. */
  public Result await(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "ferry did not end within " + limit.toSeconds() + " s:\n" + out() + "\n" + err());
      }
      out.awaitEnd();
      err.awaitEnd();
      return new Result(process.exitValue(), out(), err());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while ferry ran", e);
    }
  }

  /** Kills it where it still runs. */
  @Override
  public void close() {
    var unused = process.destroyForcibly();
    var unusedResult = await(ORDERLY);
    Holder.NOTES.remove(process.toHandle());
  }

  /** One stream, read line by line while the process runs. */
  private static final class Captured {
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;

    Captured(BufferedReader stream) {
      // Reading a pipe holds its carrier: a handful of virtual ones would starve all others.
      reader =
          Thread.ofPlatform()
              .daemon()
              .unstarted(() -> {
                try (stream) {
                  stream.lines().forEach(this::add);
                } catch (IOException | java.io.UncheckedIOException e) {
                  add("(its output broke off: " + e.getMessage() + ")");
                }
              });
      reader.start();
    }

    private synchronized void add(String line) {
      var unused = lines.add(line);
    }

    synchronized String text() {
      return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    synchronized java.util.Optional<String> find(Predicate<String> which) {
      return lines.stream().filter(which).findFirst();
    }

    boolean atEnd() {
      return !reader.isAlive();
    }

    void awaitEnd() throws InterruptedException {
      reader.join(ORDERLY);
    }
  }
}
