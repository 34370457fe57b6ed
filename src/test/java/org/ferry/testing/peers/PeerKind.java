package org.ferry.testing.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.ferry.store.embedded.FerryCache;
import org.ferry.store.embedded.ProcessLock;

/** The clients there are. */
public enum PeerKind {
  /** matrix-nio on vodozemac: exports and imports keys, asks for keys, cannot cross-sign. */
  NIO("nio_peer.py", "matrix-nio[e2e]==0.26.0", "vodozemac==0.10.0"),
  /** mautrix-python on libolm: cross-signs, knows no export files. */
  MAUTRIX("mautrix_peer.py", "mautrix[encryption]==0.21.1", "python-olm==3.2.16");

  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(15);

  private final String script;
  private final String packages;

  PeerKind(String script, String... packages) {
    this.script = script;
    this.packages = String.join(" ", packages);
  }

  String script() {
    return script;
  }

  /** Its Python, installed on the first use of a machine, which takes about a minute. */
  Path python() {
    try {
      String version = packages.replaceAll("^\\S*==(\\S+).*", "$1");
      Path folder =
          Files.createDirectories(
              FerryCache.standard()
                  .resolve("peer-" + name().toLowerCase(Locale.ROOT) + "-" + version));
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
    System.out.println("[tests] Installing " + packages + " into " + folder + " (once) ...");
    try {
      File log = folder.resolve("install.log").toFile();
      run(log, List.of("python3", "-m", "venv", "--clear", folder.resolve("venv").toString()));
      run(
          log,
          Stream.concat(
                  Stream.of(python.toString(), "-m", "pip", "install", "--no-input"),
                  Stream.concat(Stream.of("--prefer-binary"), Stream.of(packages.split(" ", -1))))
              .toList());
      Files.createFile(ready);
      return python;
    } catch (IOException e) {
      throw new IllegalStateException(this + " cannot be installed into " + folder, e);
    }
  }

  private static void run(File log, List<String> command) throws IOException {
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
