package org.ferry.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.ferry.lab.LabClient;
import org.ferry.lab.Notes;
import org.ferry.lab.Ports;
import org.ferry.testing.Wait;
import org.jspecify.annotations.Nullable;

/**
 * matrix-hookshot as somebody built it, with outbound hooks; with a Redis where there is one, which
 * it needs to remember what it had.
 */
final class HookshotContender implements Contender {
  private static final String TYPE = "uk.half-shot.matrix-hookshot.outbound-hook";
  private static final String TOKEN = "x-matrix-hookshot-token";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path built;
  private final String node;
  private final @Nullable String redis;
  private final Path folder;
  private final String domain;
  private final Postbox postbox;
  private final Notes notes;
  private final int door = Ports.free();
  private final int listener = Ports.free();
  private final int cache = Ports.free();
  private final List<Process> helpers = new ArrayList<>();
  private String token = "";
  private int starts;
  private @Nullable Process process;

  /**
   * A hookshot that does not run yet.
   *
   * @param built its folder, with {@code lib/App/BridgeApp.js}
   * @param node the program
   * @param redis the program {@code redis-server}; null for none
   */
  HookshotContender(
      Path built, String node, @Nullable String redis, Path folder, String domain, Postbox postbox)
      throws IOException {
    this.built = built;
    this.node = node;
    this.redis = redis;
    this.folder = folder;
    this.domain = domain;
    this.postbox = postbox;
    this.notes = new Notes(folder.resolveSibling("hookshot-pids"));
    notes.reap();
    Files.writeString(folder.resolve("passkey.pem"), key());
  }

  /** What it keeps its tokens with. */
  private static String key() {
    try {
      KeyPairGenerator pairs = KeyPairGenerator.getInstance("RSA");
      pairs.initialize(4096);
      String text =
          Base64.getMimeEncoder(64, new byte[] {'\n'})
              .encodeToString(pairs.generateKeyPair().getPrivate().getEncoded());
      return "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java knows no RSA", e);
    }
  }

  /** Its registration; made before the homeserver is there. */
  Path registration() throws IOException {
    Path file = folder.resolve("registration.yml");
    Files.writeString(
        file,
        """
        id: hookshot
        url: "http://127.0.0.1:%d"
        as_token: hookshot-as-token
        hs_token: hookshot-hs-token
        sender_localpart: hookshot
        rate_limited: false
        namespaces: {users: [{exclusive: true, regex: '@hookshot:.*'}], aliases: [], rooms: []}
        receive_ephemeral: true
        """
            .formatted(door));
    return file;
  }

  /** Where the homeserver turned out to be. */
  void at(URI homeserver) throws IOException {
    String memory =
        redis == null ? "" : "cache: {redisUri: \"redis://127.0.0.1:%d\"}%n".formatted(cache);
    Files.writeString(
        folder.resolve("config.yml"),
        """
        bridge: {domain: %s, url: "%s", port: %d, bindAddress: 127.0.0.1}
        passFile: "%s"
        logging: {level: info, colorize: false}
        listeners: [{port: %d, bindAddress: 127.0.0.1, resources: [webhooks]}]
        permissions: [{actor: %s, services: [{service: "*", level: admin}]}]
        generic: {enabled: true, outbound: true, urlPrefix: "http://127.0.0.1:%d/webhook"}
        """
                .formatted(
                    domain,
                    homeserver,
                    door,
                    folder.resolve("passkey.pem"),
                    listener,
                    domain,
                    listener)
            + memory);
  }

  @Override
  public String name() {
    return "hookshot";
  }

  @Override
  public String bot() {
    return "@hookshot:" + domain;
  }

  @Override
  public void start() throws IOException {
    if (redis != null && helpers.isEmpty()) {
      String port = String.valueOf(cache);
      helpers.add(
          run("redis", redis, "--port", port, "--bind", "127.0.0.1", "--dir", folder.toString()));
    }
    starts++;
    String app = built.resolve("lib/App/BridgeApp.js").toString();
    Process started = run("hookshot-" + starts, node, app, "config.yml", "registration.yml");
    process = started;
    Path log = folder.resolve("hookshot-" + starts + ".log");
    Wait.until(LIMIT, "hookshot (its words: " + log + ")", () -> isReady(started, log));
  }

  private static boolean isReady(Process started, Path log) throws IOException {
    if (!started.isAlive()) {
      throw new IllegalStateException("hookshot ended: " + Files.readString(log));
    }
    return Files.readString(log).contains("Bridge is now ready");
  }

  private Process run(String name, String... command) throws IOException {
    Process started =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile())
            .start();
    started.getOutputStream().close();
    notes.add(started.toHandle(), List.of());
    return started;
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("hookshot was not started");
    }
    return process;
  }

  @Override
  public void kill() {
    end(running());
  }

  private void end(Process which) {
    which.destroyForcibly().onExit().join();
    notes.remove(which.toHandle());
  }

  @Override
  public void hook(LabClient owner, String room) {
    hook(owner, room, "bench", postbox.hook(name()));
  }

  private void hook(LabClient owner, String room, String key, String url) {
    owner.say(room, command(key, url));
    hooked(owner, room, key);
  }

  private static String command(String key, String url) {
    return "!hookshot outbound-hook " + key + " " + url;
  }

  /** Waits until the bot has done as it was told. */
  void hooked(LabClient owner, String room, String key) {
    Wait.until(LIMIT, "the hook " + key, () -> owner.state(room, TYPE, key).has("url"));
  }

  @Override
  public void aim(LabClient owner, String room, List<String> urls) {
    for (int i = 0; i < urls.size(); i++) {
      owner.say(room, command("form-" + i, urls.get(i)));
    }
    // It may refuse some; it has done as it was told when the one behind them is there.
    hook(owner, room, "behind", postbox.hook("behind"));
  }

  /** The token is told to who made the hook, once; the receiver knows it from then on. */
  @Override
  public boolean isGenuine(Postbox.Post post, long seconds) {
    String got = post.headers().getOrDefault(TOKEN, "");
    token = token.isEmpty() ? got : token;
    return !got.isEmpty() && got.equals(token);
  }

  @Override
  public long resident() {
    return Machine.residentMib(running().toHandle());
  }

  @Override
  public void close() {
    if (process != null) {
      end(process);
    }
    helpers.forEach(this::end);
  }
}
