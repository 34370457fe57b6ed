package org.ferry.bench;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.stream.Stream;
import org.ferry.source.synapse.SynapseDump;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.ferry.store.embedded.FerryCache;
import org.ferry.store.staging.PgStaging;

/**
 * Loads a dump and reads all its streams, then lets {@code psql -f} restore the same dump into the
 * same server: {@code LoadBench DUMP DATA_DIR [--psql]}. {@code bench/load} starts it.
 */
public final class LoadBench {
  private final Path dump;
  private long clock = System.nanoTime();

  private LoadBench(Path dump) {
    this.dump = dump;
  }

  /**
   * Measures.
   *
   * @param args the dump, a folder for the server, and perhaps {@code --psql}
   */
  public static void main(String[] args) throws Exception {
    LoadBench bench = new LoadBench(Path.of(args[0]));
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.open(Path.of(args[1]), FerryCache.standard())) {
      double ferry = bench.ferry(postgres);
      if (args.length > 2 && args[2].equals("--psql")) {
        double psql = bench.psql(postgres);
        System.out.printf("psql -f takes %.2f times as long as Ferry%n", psql / ferry);
      }
    }
  }

  private double ferry(EmbeddedPostgres postgres) throws Exception {
    double total = 0;
    clock = System.nanoTime();
    Connection connection =
        DriverManager.getConnection(
            postgres.jdbcUrl(), postgres.user(), postgres.password().reveal());
    try (SynapseDump source =
        SynapseDump.load(
            dump.toString(),
            InputStream.nullInputStream(),
            PgStaging.on(connection),
            (read, all) -> {})) {
      total += lap("scan and stage", Files.size(dump));
      total += count("events", source.events());
      total += count("people", source.people());
      total += count("rooms", source.rooms());
      total += count("receipts", source.receipts());
      total += count("room tallies", source.tallies());
      source.problems().stream().limit(5).forEach(System.out::println);
    }
    System.out.printf("Ferry in all: %.1f s, heap at most %d MiB%n", total, heapPeak() >> 20);
    return total;
  }

  private double count(String what, Stream<?> stream) {
    try (stream) {
      return lap(stream.count() + " " + what, 0);
    }
  }

  private double psql(EmbeddedPostgres postgres) throws Exception {
    try (Connection connection =
            DriverManager.getConnection(
                postgres.jdbcUrl("postgres"), postgres.user(), postgres.password().reveal());
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS restored");
      statement.execute("CREATE DATABASE restored TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
    }
    clock = System.nanoTime();
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
    psql.redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT);
    int status = psql.start().waitFor();
    return lap("psql -f, status " + status, Files.size(dump));
  }

  private double lap(String what, long bytes) {
    double seconds = (System.nanoTime() - clock) / 1e9;
    String rate = bytes == 0 ? "" : ", %.0f MB/s".formatted(bytes / 1e6 / seconds);
    System.out.printf("%s: %.1f s%s%n", what, seconds, rate);
    clock = System.nanoTime();
    return seconds;
  }

  private static long heapPeak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(p -> p.getType() == MemoryType.HEAP)
        .mapToLong(LoadBench::peak)
        .sum();
  }

  private static long peak(MemoryPoolMXBean pool) {
    return pool.getPeakUsage().getUsed();
  }
}
