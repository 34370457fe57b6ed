package org.ferry.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import org.ferry.config.Config;
import org.ferry.config.ConfigLoader;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import org.ferry.id.Secret;

/**
 * The demo's folder: the old server's dump, a configuration as {@code init} makes it, a password.
 */
final class DemoFiles {
  /** The server name of the demo's new homeserver. */
  static final String DOMAIN = "new.example.org";

  /** The Space that takes the rooms. */
  static final String SPACE = "#village:" + DOMAIN;

  private final Path dir;

  DemoFiles(Path dir) {
    this.dir = dir;
  }

  /** The dump of the old server. */
  Path dump() {
    return shipped("synapse.sql.gz");
  }

  /** Its files. */
  Path media() {
    return shipped("media_store.tar.gz");
  }

  Path registration() {
    return dir.resolve("registration.yaml");
  }

  Path config() {
    return dir.resolve("config.yaml");
  }

  Path passwordFile() {
    return dir.resolve("password");
  }

  /**
   * Writes the configuration, and a registration where there is none.
   *
   * @param homeserver its address
   * @param port where the application service would listen
   * @return the configuration
   */
  Config configure(String homeserver, int port) {
    String text =
        """
        # The demo's configuration, written anew at each start. Try it:
        #   ferry -c %s status
        homeserver: {address: "%s", domain: %s}
        appservice: {address: "http://127.0.0.1:%d", listen: "127.0.0.1:%d"}
        space: "%s"
        create_space: true
        identities: {mode: ghost}
        """
            .formatted(config(), homeserver, DOMAIN, port, port, SPACE);
    write(config(), text);
    Config config = new ConfigLoader(Map.of(), dir).load(config());
    if (!Files.exists(registration())) {
      RegistrationFile.write(registration(), Registration.fresh(config));
    }
    return config;
  }

  /** The demo person's password, made once and kept. */
  Secret password() {
    try {
      if (!Files.exists(passwordFile())) {
        write(passwordFile(), Long.toString(new SecureRandom().nextLong() >>> 1, 36));
      }
      return Secret.of(Files.readString(passwordFile()).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path shipped(String name) {
    Path file = dir.resolve("old-server").resolve(name);
    if (Files.exists(file)) {
      return file;
    }
    try (InputStream in = DemoFiles.class.getResourceAsStream("/demo/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks demo/" + name);
      }
      Path unusedFolder = Files.createDirectories(file.getParent());
      Path unfinished = file.resolveSibling(name + ".unfinished");
      long unusedBytes = Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
      return Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Path unusedFolder = Files.createDirectories(file.getParent());
      if (!Files.exists(file)) {
        Path unused =
            Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Path unused = Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
