package org.ferry.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps what a person reporting a mistake in Ferry should send, out of everybody else's sight. */
final class ErrorLog {
  private final Path folder;

  ErrorLog(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", System.getProperty("java.io.tmpdir"));
    Path base = cache.isEmpty() ? Path.of(home, ".cache") : Path.of(cache);
    this.folder = base.resolve("ferry").resolve("errors");
  }

  /** Writes the failure with its trace; empty where that is not possible. */
  Optional<Path> write(Throwable failure, List<String> arguments, Instant now) {
    StringWriter text = new StringWriter();
    text.append(Version.full()).append("\nferry ").append(String.join(" ", arguments)).append("\n");
    failure.printStackTrace(new PrintWriter(text, true));
    try {
      Path unusedFolder = Files.createDirectories(folder);
      Path file = folder.resolve(now.toString().replace(':', '-') + ".log");
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      long unused =
          WholeFile.write(
              file,
              true,
              out -> {
                out.write(bytes);
                return bytes.length;
              });
      return Optional.of(file);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
