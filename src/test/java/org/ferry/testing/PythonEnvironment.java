package org.ferry.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ferry.store.embedded.FerryCache;
import org.ferry.store.embedded.ProcessLock;

/**
 * A virtual environment of Python in the cache folder, filled from PyPI once.
 *
 * @param name of its folder
 * @param packages with their versions, the first of which is part of the folder's name
 */
public record PythonEnvironment(String name, List<String> packages) {
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(15);

  /** Copies the list. */
  public PythonEnvironment {
    packages = List.copyOf(packages);
  }

  /** Its Python, installed on the first use of a machine, which takes about a minute. */
  public Path python() {
    try {
      String version = packages.getFirst().replaceAll("^.*==", "");
      Path folder = Files.createDirectories(FerryCache.standard().resolve(name + "-" + version));
      return ProcessLock.whileAlone(
          folder.resolve("install.lock"), INSTALL_LIMIT, () -> installOnce(folder));
    } catch (IOException e) {
      throw new IllegalStateException("the cache folder cannot be used", e);
    }
  }

  private Path installOnce(Path folder) {
    Path ready = folder.resolve("ready");
    Path python = folder.resolve("venv/bin/python");
    if (Files.exists(ready) && Files.isExecutable(python)) {
      return python;
    }
    System.out.println(
        "[tests] Installing " + String.join(" ", packages) + " into " + folder + " (once) ...");
    try {
      File log = folder.resolve("install.log").toFile();
      run(log, List.of("python3", "-m", "venv", "--clear", folder.resolve("venv").toString()));
      run(
          log,
          Stream.concat(
                  Stream.of(python.toString(), "-m", "pip", "install", "--no-input"),
                  Stream.concat(Stream.of("--prefer-binary"), packages.stream()))
              .toList());
      Files.createFile(ready);
      return python;
    } catch (IOException e) {
      throw new IllegalStateException(name + " cannot be installed into " + folder, e);
    }
  }

  /** Runs a program that installs something, and writes what it says behind a log. */
  static void run(File log, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(INSTALL_LIMIT.toMinutes(), TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed; its output is in " + log);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
