package org.ferry.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The living objects of a process, as whoever gets hold of a heap report reads them. */
public final class HeapDump {
  private static final int CHUNK = 16 << 20;

  private final Path file;

  private HeapDump(Path file) {
    this.file = file;
  }

  /**
   * Has a process write one, after a collection.
   *
   * @param process a Java that runs under this user
   * @param file where to; must not be there yet
   */
  public static HeapDump of(ProcessHandle process, Path file)
      throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process dump =
        new ProcessBuilder(
                jcmd.toString(), Long.toString(process.pid()), "GC.heap_dump", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (dump.waitFor() != 0 || !Files.exists(file)) {
      throw new AssertionError("no heap dump: " + said);
    }
    return new HeapDump(file);
  }

  /**
   * Looks for secrets, as bytes, as characters of one byte and as characters of two.
   *
   * @param canaries their names and bytes; texts as ASCII
   * @return the names of those that are there
   */
  public Set<String> holds(Map<String, byte[]> canaries) throws IOException {
    Set<String> found = new TreeSet<>();
    int longest = 2 * canaries.values().stream().mapToInt(c -> c.length).max().orElseThrow();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] kept = new byte[0];
      for (byte[] next = in.readNBytes(CHUNK); next.length > 0; next = in.readNBytes(CHUNK)) {
        String window = latin(kept) + latin(next);
        canaries.forEach((name, secret) -> {
          if (window.contains(latin(secret)) || window.contains(wide(secret))) {
            found.add(name);
          }
        });
        kept = Arrays.copyOfRange(next, Math.max(0, next.length - longest), next.length);
      }
    }
    return found;
  }

  private static String latin(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** As an array of characters stands in a dump. */
  private static String wide(byte[] bytes) {
    return latin(latin(bytes).getBytes(StandardCharsets.UTF_16BE));
  }
}
