package org.ferry.store.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds, starts and stops the server of one cluster. Its caller holds the start lock. */
final class Server {
  private static final Logger logger = LoggerFactory.getLogger(Server.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int ATTEMPTS = 20;
  private static final int LOWEST_PORT = 10_000;
  private static final int HIGHEST_PORT = 20_000;
  private static final int PORT_ATTEMPTS = 50;
  private static final long LONGEST_LOG = 8 << 20;

  private final Path home;
  private final Cluster cluster;
  private final Command command;

  Server(Path home, Cluster cluster, Command command) {
    this.home = home;
    this.cluster = cluster;
    this.command = command;
  }

  /**
   * Makes sure that the server answers.
   *
   * @param alone tells whether no other process uses this folder
   * @return its port on 127.0.0.1
   */
  int ensureRunning(BooleanSupplier alone) {
    if (isRunning()) {
      return awaitAnswer();
    }
    if (PidFile.read(cluster.data()).isPresent()) {
      clearLeftover(alone);
    }
    return start();
  }

  /** Whether the server's process is there; it may still be starting. */
  boolean isRunning() {
    return PidFile.read(cluster.data()).filter(f -> f.livesIn(cluster.data())).isPresent();
  }

  /** A pid file without its server: left by a crash or a restart of the machine. */
  private void clearLeftover(BooleanSupplier alone) {
    if (!Namespace.sameAs(home) && !alone.getAsBoolean()) {
      throw new EmbeddedPostgresException(
          "%s is in use by a Ferry in another container or on another machine. Stop that one, give"
                  .formatted(home)
              + " this one a data_dir of its own, or "
              + EmbeddedPostgresException.USE_EXTERNAL
              + ".");
    }
    try {
      var unused = Files.deleteIfExists(PidFile.in(cluster.data()));
    } catch (IOException e) {
      throw Folders.failure("delete", PidFile.in(cluster.data()), e);
    }
  }

  private int start() {
    truncateLog();
    int port = lastPort().filter(Server::isFree).orElseGet(Server::freePort);
    String said = "";
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      cluster.configure(port);
      long before = logSize();
      var result =
          command.run(
              START_LIMIT.plusSeconds(10),
              "pg_ctl",
              "--pgdata=" + cluster.data(),
              "--log=" + cluster.log(),
              "--wait",
              "--timeout=" + START_LIMIT.toSeconds(),
              "start");
      if (result.ok()) {
        Namespace.remember(home);
        logger.debug("embedded PostgreSQL started in {} on port {}", home, port);
        return awaitAnswer();
      }
      said = result.output() + "\n" + Diagnosis.since(cluster.log(), before);
      if (said.contains("Address already in use")) {
        port = freePort();
      } else if (said.contains("shared memory block")
          || said.contains("postmaster.pid\" already")) {
        pause(); // The processes of a server that was killed are still ending.
      } else {
        break;
      }
    }
    throw Diagnosis.of("it did not start in " + home, said);
  }

  private int awaitAnswer() {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      Optional<PidFile> file = PidFile.read(cluster.data());
      if (file.isEmpty()) {
        return start();
      }
      try {
        if (file.get().port() > 0) {
          Sql.makeDatabase(file.get().port(), cluster.password());
          return file.get().port();
        }
      } catch (SQLException e) {
        if (!Sql.isStarting(e) || System.nanoTime() > end) {
          throw new EmbeddedPostgresException(
              "Ferry's embedded PostgreSQL in %s runs but does not let Ferry in: %s. See %s."
                  .formatted(home, e.getMessage(), cluster.log()),
              e);
        }
      }
      if (System.nanoTime() > end) {
        throw new EmbeddedPostgresException(
            "Ferry's embedded PostgreSQL in %s has not said where it listens for %d s. See %s."
                .formatted(home, START_LIMIT.toSeconds(), cluster.log()));
      }
      pause();
    }
  }

  /** Ends the server; a clean end, so that the next start is quick. */
  void stop() {
    if (!isRunning()) {
      return;
    }
    var result =
        command.run(
            STOP_LIMIT.plusSeconds(10),
            "pg_ctl",
            "--pgdata=" + cluster.data(),
            "--mode=fast",
            "--wait",
            "--timeout=" + STOP_LIMIT.toSeconds(),
            "stop");
    if (result.ok()) {
      logger.debug("embedded PostgreSQL stopped in {}", home);
    } else {
      logger.warn("embedded PostgreSQL in {} did not stop: {}", home, result.output().strip());
    }
  }

  /** The port of the run before, so that pools of processes that outlive a crash find it again. */
  private Optional<Integer> lastPort() {
    try {
      return Files.readAllLines(home.resolve("ferry.conf")).stream()
          .filter(line -> line.startsWith("port = "))
          .map(line -> Integer.parseInt(line.substring("port = ".length())))
          .findFirst();
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw Folders.failure("read", home.resolve("ferry.conf"), e);
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Below those that the system gives to outgoing connections: one of these would take it while the
   * server restarts, and pools of processes would look for it in vain.
   */
  private static int freePort() {
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
      if (isFree(port)) {
        return port;
      }
    }
    return anyPort();
  }

  private static int anyPort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "No free port on 127.0.0.1 for Ferry's embedded PostgreSQL: " + e.getMessage() + ".", e);
    }
  }

  private long logSize() {
    try {
      return Files.exists(cluster.log()) ? Files.size(cluster.log()) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private void truncateLog() {
    if (logSize() > LONGEST_LOG) {
      Folders.writePrivate(cluster.log(), "");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("Interrupted while PostgreSQL started.", e);
    }
  }
}
