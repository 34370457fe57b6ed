package org.ferry.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Java process holds at a moment, after a full collection.
 *
 * @param classes the live objects of the heap by class
 * @param residentMib its resident memory, in MiB
 * @param threads its platform threads
 * @param files its open files
 */
record Holding(Map<String, Kind> classes, long residentMib, int threads, int files) {
  /** What collectors put into gaps. */
  private static final String FILLER = "jdk.internal.vm.Filler";

  private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

  /** How many objects of a class there are, and how many bytes they take. */
  private record Kind(long count, long bytes) {
    static final Kind NONE = new Kind(0, 0);

    Kind and(Kind other) {
      return new Kind(count + other.count, bytes + other.bytes);
    }
  }

  /** Looks into a process, which collects its garbage for that; empty where it has just ended. */
  static Optional<Holding> of(ProcessHandle process) throws IOException, InterruptedException {
    Path proc = Path.of("/proc", String.valueOf(process.pid()));
    Map<String, Kind> classes = histogram(process.pid());
    if (classes.isEmpty() || !Files.exists(proc)) {
      return Optional.empty();
    }
    Map<String, Long> status = new HashMap<>();
    for (String line : Files.readAllLines(proc.resolve("status"))) {
      if (line.startsWith("VmRSS:") || line.startsWith("Threads:")) {
        status.put(
            line.substring(0, line.indexOf(':')), Long.parseLong(line.replaceAll("[^0-9]", "")));
      }
    }
    try (Stream<Path> files = Files.list(proc.resolve("fd"))) {
      long resident = status.getOrDefault("VmRSS", 0L) >> 10;
      int threads = status.getOrDefault("Threads", 0L).intValue();
      return Optional.of(new Holding(classes, resident, threads, (int) files.count()));
    }
  }

  private static Map<String, Kind> histogram(long pid) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), String.valueOf(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    Map<String, Kind> classes = new HashMap<>();
    try (var lines = process.inputReader()) {
      lines
          .lines()
          .map(ROW::matcher)
          .filter(Matcher::matches)
          .filter(row -> !row.group(3).contains(FILLER))
          .forEach(row ->
              classes.merge(
                  row.group(3),
                  new Kind(Long.parseLong(row.group(1)), Long.parseLong(row.group(2))),
                  Kind::and));
    }
    return process.waitFor() == 0 ? classes : Map.of();
  }

  /** The live objects' size in MiB. */
  double heapMib() {
    return classes.values().stream().mapToLong(Kind::bytes).sum() / 1048576.0;
  }

  /** How many objects of a class there are. */
  long count(String type) {
    return classes.getOrDefault(type, Kind.NONE).count();
  }

  /** The classes that take the most more than before, with so many bytes more. */
  Map<String, Long> since(Holding before, int most) {
    Map<String, Long> grown = new LinkedHashMap<>();
    classes.entrySet().stream()
        .map(e ->
            Map.entry(
                e.getKey(),
                e.getValue().bytes() - before.classes.getOrDefault(e.getKey(), Kind.NONE).bytes()))
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(most)
        .forEach(e -> grown.put(e.getKey(), e.getValue()));
    return grown;
  }
}
