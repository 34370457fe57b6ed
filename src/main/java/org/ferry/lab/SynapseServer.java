package org.ferry.lab;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.store.embedded.EmbeddedPostgres;
import org.jspecify.annotations.Nullable;

/**
 * One Synapse of a {@link Lab}. Its address, its data and its secrets stay the same when it is
 * stopped, killed and started again. One thread at a time may start and stop it.
 */
public final class SynapseServer {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration TOOL_LIMIT = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int TAIL = 15;

  private final SynapseRuntime runtime;
  private final SynapseFiles files;
  private final EmbeddedPostgres postgres;
  private final Notes notes;
  private final String serverName;
  private final int port;
  private SynapseSettings settings;
  private @Nullable Process process;

  SynapseServer(
      SynapseRuntime runtime,
      SynapseFiles files,
      EmbeddedPostgres postgres,
      Notes notes,
      SynapseSettings settings) {
    this.runtime = runtime;
    this.files = files;
    this.postgres = postgres;
    this.notes = notes;
    this.settings = settings;
    this.port = files.port("port");
    this.serverName =
        settings.serverName().isEmpty()
            ? "localhost:" + files.port("federation.port")
            : settings.serverName();
  }

  /** Where clients reach it: {@code http://127.0.0.1:PORT}. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The domain of its users. */
  public String serverName() {
    return serverName;
  }

  /** The folder of its media. */
  public Path mediaStore() {
    return files.media();
  }

  /** Its log, warnings and errors. */
  public Path log() {
    return files.log();
  }

  /** What lets anybody make users, as {@code /_synapse/admin/v1/register} wants it. */
  public Secret registrationSecret() {
    return files.remembered("registration.secret");
  }

  /** The JDBC URL of its database, for a server on PostgreSQL. */
  public String jdbcUrl() {
    return postgres.jdbcUrl(SynapseDatabase.name(settings.folder()));
  }

  /** The full id of one of its users. */
  public UserId user(String localpart) {
    return UserId.of(localpart, serverName);
  }

  /** Whether its process runs. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /**
   * Starts it and waits until it answers.
   *
   * @return this
   * @throws LabException with the end of its log, where it does not come up
   */
  public SynapseServer start() {
    if (isRunning()) {
      return this;
    }
    if (settings.database() == SynapseSettings.Database.POSTGRES) {
      SynapseDatabase.make(postgres, settings.folder());
    }
    if (settings.federating()) {
      Certificate.make(files.folder());
    }
    List<Path> configs = files.configure(settings, serverName, port, postgres);
    Process started = launch(runtime.command(containerName(), files.folder(), configs));
    process = started;
    notes.add(started.toHandle(), runtime.killCommand(containerName()));
    awaitAnswer(started);
    return this;
  }

  private Process launch(List<String> command) {
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(files.folder().toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.to(console().toFile()));
      builder.environment().keySet().removeIf(key -> key.startsWith("PYTHON"));
      Process started = builder.start();
      started.getOutputStream().close();
      return started;
    } catch (IOException e) {
      throw new LabException(
          "Synapse cannot be started: %s does not run: %s"
              .formatted(command.get(0), e.getMessage()),
          e);
    }
  }

  private void awaitAnswer(Process started) {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!answers(http)) {
        if (!started.isAlive() || System.nanoTime() > end) {
          kill();
          throw new LabException(
              "Synapse (%s) did not come up on %s. Its last words, in %s and %s:%n%s%n%s"
                  .formatted(
                      serverName,
                      baseUrl(),
                      files.log(),
                      console(),
                      tail(files.log()),
                      tail(console())));
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while Synapse started", e);
    }
  }

  private boolean answers(HttpClient http) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(baseUrl().resolve("/_matrix/client/versions"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Changes its settings; they apply from the next start.
   *
   * @param change makes the new settings of the old; folder, name and federation stay
   * @return this
   */
  public SynapseServer reconfigure(UnaryOperator<SynapseSettings> change) {
    settings = change.apply(settings);
    return this;
  }

  /** Stops it in order and starts it again, with its present settings. */
  public void restart() {
    stop();
    var unused = start();
  }

  /** Stops it in order; harmless where it does not run. */
  public void stop() {
    end(runtime.stopCommand(containerName()), false);
  }

  /** Kills it, as a crash would; harmless where it does not run. */
  public void kill() {
    end(runtime.killCommand(containerName()), true);
  }

  private void end(List<String> command, boolean force) {
    Process running = process;
    if (running == null) {
      return;
    }
    if (!command.isEmpty()) {
      var unused = Tool.run(TOOL_LIMIT, command);
    }
    if (!force) {
      running.destroy();
    }
    try {
      if (force || !running.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        Notes.end(running.toHandle());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Notes.end(running.toHandle());
    }
    notes.remove(running.toHandle());
    process = null;
  }

  /**
   * Makes an account, or finds that it is there.
   *
   * @param localpart the part before the colon
   * @param password its password
   * @param admin whether it may use the admin API
   * @return a client logged in as it
   */
  public LabClient register(String localpart, Secret password, boolean admin) {
    return LabClient.register(this, localpart, password, admin);
  }

  /** Logs an account in; each call makes another device. */
  public LabClient login(String localpart, Secret password) {
    return LabClient.login(baseUrl(), user(localpart).value(), password);
  }

  private String containerName() {
    return "ferry-lab-" + settings.folder() + "-" + port;
  }

  private Path console() {
    return files.folder().resolve("console.log");
  }

  private static String tail(Path log) {
    try {
      return Files.exists(log)
          ? Tool.lastLines(new String(Files.readAllBytes(log), StandardCharsets.UTF_8), TAIL)
          : "";
    } catch (IOException e) {
      return "(unreadable: " + e.getMessage() + ")";
    }
  }
}
