package org.ferry.bench;

import static org.ferry.bench.Machine.say;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.ferry.testing.FerryProcess;

/**
 * Measures {@code ferry analyze} of a made dump, from the file to the committed ledger, against
 * {@code psql -f} of the same file into the same server. {@code bench/analyze} starts it; {@code
 * bench/README.md} says what it prints.
 */
public final class AnalyzeBench {
  private static final String SAMPLE = "src/main/resources/demo/synapse.sql.gz";
  private static final String HEAP = "256m";
  private static final int TAIL = 16 << 20;
  private static final double FLAT = 1.1;
  private static final Duration LONGEST = Duration.ofHours(5);
  private static final Pattern SIZE = Pattern.compile("([\\d.]+)([KMG]?)");
  private static final Pattern COLLECTION = Pattern.compile("Pause .* (\\d+)M->(\\d+)M\\(");

  private final Path folder;

  private AnalyzeBench(Path folder) {
    this.folder = folder.toAbsolutePath();
  }

  /** What one run of {@code ferry analyze} took; memory in MiB. */
  private record Load(double seconds, long bytes, long rss, long heap, long live) {}

  /**
   * Measures.
   *
   * @param args the size, as in 500M or 5G, and a folder to work in
   */
  public static void main(String[] args) throws Exception {
    var bench = new AnalyzeBench(Path.of(args[1]));
    long size = bytes(args[0]);
    say("# %s; load average %s before", Machine.facts(), Machine.load());
    say("# ferry analyze as a process with -Xmx%s, its ledger in its embedded PostgreSQL", HEAP);
    Load small = bench.measure(size / 4, false);
    Load large = bench.measure(size, true);
    double growth = (double) large.rss() / Math.max(1, small.rss());
    say(
        "memory for 4 times as much: resident %.2f times, heap after collections %d and %d MiB: %s",
        growth, small.live(), large.live(), growth <= FLAT ? "flat" : "not flat");
    say("# load average afterwards: %s", Machine.load());
  }

  private static long bytes(String text) {
    Matcher size = SIZE.matcher(text);
    if (!size.matches()) {
      throw new IllegalArgumentException("not a size, as in 500M or 5G: " + text);
    }
    double unit = Math.pow(1000, "KMG".indexOf(size.group(2)) + (size.group(2).isEmpty() ? 0 : 1));
    return (long) (Double.parseDouble(size.group(1)) * unit);
  }

  private Load measure(long size, boolean compare) throws Exception {
    Machine.delete(folder);
    Files.createDirectories(folder);
    Path dump = made(size);
    init();
    Load load;
    // The server runs before the clock does, for both.
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.open(folder.resolve("data"), FerryCache.standard())) {
      load = analyze(dump);
      if (compare) {
        compare(postgres, dump, load);
      }
    }
    Machine.delete(folder);
    return load;
  }

  private Path made(long size) throws IOException, InterruptedException {
    Path dump = folder.resolve("dump.sql");
    Process python =
        new ProcessBuilder("python3", "bench/make-dump.py", SAMPLE, String.valueOf(size))
            .redirectOutput(dump.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (python.waitFor() != 0) {
      throw new IllegalStateException("bench/make-dump.py failed; it needs python3 and " + SAMPLE);
    }
    return dump;
  }

  private void init() {
    FerryProcess.Result result =
        FerryProcess.ferry(
                "init",
                "--homeserver",
                "http://127.0.0.1:8008",
                "--domain",
                "new.example.org",
                "--space",
                "#bench:new.example.org")
            .in(folder)
            .run();
    if (result.status() != 0) {
      throw new IllegalStateException("ferry init: " + result);
    }
  }

  private Load analyze(Path dump) throws Exception {
    Path log = folder.resolve("gc.log");
    var run =
        FerryProcess.ferry("analyze", dump.toString())
            .in(folder)
            .jvm(Machine.launcher(HEAP, "-Xlog:gc:file=" + log));
    long began = System.nanoTime();
    try (var process = run.start();
        var gauge = new Gauge(process.handle())) {
      FerryProcess.Result result = process.await(LONGEST);
      double seconds = seconds(began);
      if (result.status() != 0) {
        throw new IllegalStateException("ferry analyze: " + result);
      }
      long bytes = Files.size(dump);
      Load load = memory(log, seconds, bytes, gauge.peakMib());
      say(
          "ferry analyze   %8.1f MB %8.1f s %7.1f MB/s; resident at most %d MiB, heap at most %d MiB,"
              + " after collections at most %d MiB",
          bytes / 1e6, seconds, bytes / 1e6 / seconds, load.rss(), load.heap(), load.live());
      result.err().lines().filter(l -> l.contains(" done in ")).forEach(l -> say("    %s", l));
      result.out().lines().limit(2).forEach(l -> say("    %s", l));
      return load;
    }
  }

  private static Load memory(Path log, double seconds, long bytes, long rss) throws IOException {
    long heap = 0;
    long live = 0;
    for (String line : Files.readAllLines(log)) {
      Matcher found = COLLECTION.matcher(line);
      if (found.find()) {
        heap = Math.max(heap, Long.parseLong(found.group(1)));
        live = Math.max(live, Long.parseLong(found.group(2)));
      }
    }
    return new Load(seconds, bytes, rss, heap, live);
  }

  private void compare(EmbeddedPostgres postgres, Path dump, Load load) throws Exception {
    double whole = psql(postgres, dump);
    say("psql -f         %8.1f MB %8.1f s, its indexes included", load.bytes() / 1e6, whole);
    cutIndexes(dump);
    double bare = psql(postgres, dump);
    say("psql -f         %8.1f MB %8.1f s, without indexes", Files.size(dump) / 1e6, bare);
    double ratio = whole / load.seconds();
    say(
        "psql -f takes %.2f times as long as ferry analyze (goal: at least 1.00, %s); without"
            + " indexes %.2f times",
        ratio, ratio >= 1 ? "met" : "missed", bare / load.seconds());
  }

  /** Cuts off what follows the last row: constraints and indexes. */
  private static void cutIndexes(Path dump) throws IOException {
    try (var file = new RandomAccessFile(dump.toFile(), "rw")) {
      long from = Math.max(0, file.length() - TAIL);
      byte[] tail = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(tail);
      // One byte is one character, so that positions agree.
      int end = new String(tail, StandardCharsets.ISO_8859_1).lastIndexOf("\n\\.\n");
      if (end < 0) {
        throw new IOException(dump + " ends with no rows");
      }
      file.setLength(from + end + 4);
    }
  }

  private static double psql(EmbeddedPostgres postgres, Path dump) throws Exception {
    empty(postgres);
    ProcessBuilder psql =
        new ProcessBuilder(
            "psql",
            "-q",
            "-X",
            "-h",
            postgres.host(),
            "-p",
            String.valueOf(postgres.port()),
            "-U",
            postgres.user(),
            "-d",
            "restored",
            "-f",
            dump.toString());
    psql.environment().put("PGPASSWORD", postgres.password().reveal());
    File errors = dump.resolveSibling("psql.err").toFile();
    psql.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(errors);
    long began = System.nanoTime();
    int status = psql.start().waitFor();
    double seconds = seconds(began);
    if (status != 0) {
      throw new IllegalStateException("psql: " + Files.readString(errors.toPath()));
    }
    return seconds;
  }

  private static void empty(EmbeddedPostgres postgres) throws SQLException {
    try (var connection =
            DriverManager.getConnection(
                postgres.jdbcUrl("postgres"), postgres.user(), postgres.password().reveal());
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS restored");
      statement.execute("CREATE DATABASE restored TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
      // Nobody pays for what another one left to be written.
      statement.execute("CHECKPOINT");
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
