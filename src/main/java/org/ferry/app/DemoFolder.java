package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ferry.config.Config;
import org.ferry.config.ConfigException;
import org.ferry.config.NewInstallation;
import org.ferry.config.PrivateFiles;
import org.ferry.id.Secret;
import org.ferry.lab.Ports;
import org.ferry.webhook.SigningSecret;

/**
 * What the demo keeps: the old server's dump and files, an installation as {@code ferry init}
 * writes it, and the password of its people.
 *
 * @param path the folder, absolute
 */
public record DemoFolder(Path path) {
  /** The domain of the server that people move to. */
  static final String DOMAIN = "new.example.org";

  /** The Space that takes the rooms. */
  static final String SPACE = "#village:" + DOMAIN;

  /** The webhook that the demo itself receives. */
  static final String WEBHOOK = "demo";

  private static final String LIVE =
      """

      # What is said live is posted to a receiver of the demo's own while the demo is at it.
      webhooks:
        - name: demo
          url: "http://127.0.0.1:29382/"
          secret_file: webhook.secret
          events: ["message.created"]
          allow_private: ["127.0.0.1"]
      api: {listen: "127.0.0.1:29381"}
      logging: {level: warn}
      """;

  private static final int SECRET_BYTES = 32;
  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int PASSWORD_LENGTH = 16;

  /** Where the demo lives if nobody names another folder: below Ferry's cache. */
  public static DemoFolder standard(Map<String, String> environment) {
    return new DemoFolder(DatabasePart.cacheFolder(environment).toAbsolutePath().resolve("demo"));
  }

  /** The configuration of the demo's Ferry. */
  public Path config() {
    return path.resolve("config.yaml");
  }

  /** The old server's dump. */
  public Path dump() {
    return path.resolve("old-server").resolve("synapse.sql.gz");
  }

  /** The old server's files. */
  public Path media() {
    return path.resolve("old-server").resolve("media_store.tar.gz");
  }

  /** Where the password of the demo's people stands. */
  public Path passwordFile() {
    return path.resolve("password");
  }

  /** Where the secret stands that posts to the demo's webhook are signed with. */
  public Path webhookSecret() {
    return path.resolve("webhook.secret");
  }

  /** Where the access token of the person stands. */
  public Path tokenFile() {
    return path.resolve("you.token");
  }

  /**
   * Makes what is missing; leaves what is there, so that edits of the configuration stay.
   *
   * @throws ConfigException where the folder cannot be written, with the remedy
   */
  public void prepare() {
    try {
      Path old = path.resolve("old-server");
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      }
      Files.createDirectories(old);
      unpack("synapse.sql.gz", dump());
      unpack("media_store.tar.gz", media());
    } catch (IOException e) {
      throw new ConfigException(
          path.toString(),
          "the demo cannot keep its files here (%s); make the folder writable, or name another with --dir"
              .formatted(e));
    }
    if (!Files.exists(passwordFile())) {
      PrivateFiles.write(passwordFile(), random() + "\n");
    }
    if (!Files.exists(config())) {
      new NewInstallation(path, "http://127.0.0.1:8008", DOMAIN, SPACE, false, null, "ghost")
          .write();
    }
    if (!Files.exists(webhookSecret())) {
      byte[] secret = new byte[SECRET_BYTES];
      new SecureRandom().nextBytes(secret);
      PrivateFiles.write(
          webhookSecret(),
          SigningSecret.PREFIX + Base64.getEncoder().encodeToString(secret) + "\n");
    }
    String yaml = read(config());
    if (!yaml.contains("\nwebhooks:")) {
      PrivateFiles.write(config(), yaml + LIVE);
    }
  }

  private static void unpack(String resource, Path to) throws IOException {
    if (Files.exists(to)) {
      return;
    }
    Path unfinished = to.resolveSibling("." + to.getFileName() + ".unfinished");
    try (InputStream in = DemoFolder.class.getResourceAsStream("/demo/" + resource)) {
      long unused =
          Files.copy(
              Objects.requireNonNull(in, resource),
              unfinished,
              StandardCopyOption.REPLACE_EXISTING);
    }
    Path unused = Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String random() {
    SecureRandom random = new SecureRandom();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < PASSWORD_LENGTH; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  /** The password of the demo's people. */
  public Secret password() {
    return Secret.of(read(passwordFile()).strip());
  }

  /** The person's access token of an earlier run, or empty. */
  Optional<Secret> token() {
    return Files.exists(tokenFile())
        ? Optional.of(Secret.of(read(tokenFile()).strip()))
        : Optional.empty();
  }

  void token(Secret token) {
    PrivateFiles.write(tokenFile(), token.reveal() + "\n");
  }

  /** Puts the homeserver's address into the configuration, where another one stands. */
  void homeserver(String before, String now) {
    if (!before.equals(now)) {
      PrivateFiles.write(config(), read(config()).replace(before, now));
    }
  }

  /**
   * Moves Ferry's doors and the demo's receiver to free ports where somebody else listens; the
   * registration follows, so this comes before the homeserver reads it.
   */
  void doors(Config config) {
    List<Integer> ports = new ArrayList<>();
    ports.add(config.appservice().listen().port());
    ports.add(config.api().port());
    config.webhooks().forEach(w -> ports.add(w.url().getPort()));
    for (int port : ports) {
      if (port > 0 && !Ports.isFree(port)) {
        String now = "127.0.0.1:" + Ports.free();
        Pattern before = Pattern.compile("127\\.0\\.0\\.1:" + port + "\\b");
        for (Path file : List.of(config(), config.appservice().registration())) {
          PrivateFiles.write(file, before.matcher(read(file)).replaceAll(now));
        }
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), "cannot be read (%s); make it readable, or delete it".formatted(e));
    }
  }
}
