package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.ferry.config.ConfigException;
import org.ferry.config.NewInstallation;
import org.ferry.config.PrivateFiles;
import org.ferry.id.Secret;

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

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), "cannot be read (%s); make it readable, or delete it".formatted(e));
    }
  }
}
