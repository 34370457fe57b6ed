package org.ferry.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ferry.store.embedded.ProcessLock;

/** Synapse from PyPI in a private virtual environment. */
final class VenvRuntime implements SynapseRuntime {
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(15);
  private static final Duration CHECK_LIMIT = Duration.ofSeconds(20);
  private static final List<String> PYTHONS =
      List.of("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10");
  private static final String USABLE =
      "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)";

  private final Path python;
  private final boolean detachable;

  private VenvRuntime(Path python) {
    this.python = python;
    this.detachable = Tool.run(CHECK_LIMIT, List.of("setsid", "--version")).ok();
  }

  static VenvRuntime existing(Path venv) {
    Path python = venv.resolve("bin").resolve("python").toAbsolutePath();
    if (!Files.isExecutable(python)) {
      throw new LabException(
          "%s names %s, which holds no bin/python. Unset it, or name a virtual environment with"
                  .formatted(OWN_VENV, venv)
              + " matrix-synapse and psycopg2-binary.");
    }
    return new VenvRuntime(python);
  }

  static VenvRuntime inCache(Path cacheDir, Consumer<String> say) {
    try {
      Path folder = Files.createDirectories(cacheDir.resolve("synapse-" + VERSION));
      return ProcessLock.whileAlone(
          folder.resolve("install.lock"), INSTALL_LIMIT, () -> installOnce(folder, say));
    } catch (IOException e) {
      throw new LabException(
          "The cache folder %s cannot be made: %s. Name another with XDG_CACHE_HOME."
              .formatted(cacheDir, e.getMessage()),
          e);
    }
  }

  private static VenvRuntime installOnce(Path folder, Consumer<String> say) {
    Path ready = folder.resolve("ready");
    Path venv = folder.resolve("venv");
    if (!Files.exists(ready) || !Files.isExecutable(venv.resolve("bin/python"))) {
      String python = findPython();
      say.accept("Installing Synapse " + VERSION + " into " + venv + " (once, about a minute) ...");
      try {
        install(folder, python, venv);
        Files.writeString(ready, VERSION);
      } catch (IOException e) {
        throw new LabException(
            "Synapse cannot be installed into " + venv + ": " + e.getMessage(), e);
      }
    }
    return existing(venv);
  }

  private static void install(Path folder, String python, Path venv) throws IOException {
    Path log = folder.resolve("install.log");
    Files.deleteIfExists(log);
    // --clear: an installation that was killed is begun anew.
    step(log, List.of(python, "-m", "venv", "--clear", venv.toString()));
    List<String> pip = new ArrayList<>(List.of(venv.resolve("bin/python").toString(), "-m", "pip"));
    pip.addAll(List.of("install", "--no-input", "--disable-pip-version-check", "--prefer-binary"));
    pip.addAll(List.of("matrix-synapse==" + VERSION, "psycopg2-binary"));
    step(log, pip);
  }

  private static void step(Path log, List<String> command) throws IOException {
    if (Tool.run(INSTALL_LIMIT, command, log) != 0) {
      throw new LabException(
          "Synapse could not be installed (log: %s):%n%s%n%s"
              .formatted(
                  log,
                  Tool.lastLines(Files.readString(log), 12),
                  "Check that this machine reaches the Python package index (pip's own settings"
                      + " and proxies apply), or start a container engine; then run it again."));
    }
  }

  private static String findPython() {
    for (String python : PYTHONS) {
      if (Tool.run(CHECK_LIMIT, List.of(python, "-c", USABLE)).ok()) {
        return python;
      }
    }
    throw new LabException(
        "A test homeserver needs a container engine, or Python 3.10 or newer with its venv module,"
            + " and neither is here. On Debian and Ubuntu: apt install python3 python3-venv; on"
            + " Fedora: dnf install python3; or install and start Docker.");
  }

  @Override
  public List<String> command(String name, Path folder, List<Path> configs) {
    List<String> line = new ArrayList<>();
    if (detachable) {
      // Ctrl-C on a terminal reaches Ferry alone, which then stops its servers in order.
      line.add("setsid");
    }
    line.addAll(List.of(python.toString(), "-m", "synapse.app.homeserver"));
    configs.forEach(config -> line.addAll(List.of("-c", config.toString())));
    return line;
  }

  @Override
  public List<String> killCommand(String name) {
    return List.of();
  }

  @Override
  public List<String> stopCommand(String name) {
    return List.of();
  }
}
