package org.ferry.config;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The files of a new installation: {@code config.yaml}, {@code registration.yaml} and {@code
 * pickle.key}, all in one folder, each with mode 0600.
 *
 * @param folder where they are written
 * @param homeserver its address
 * @param domain its server name
 * @param space the destination Space, alias or id; null leaves it open
 * @param createSpace make it where it does not exist
 * @param address where the homeserver reaches Ferry; null keeps the default
 * @param identities {@code ghost} or {@code account}
 */
public record NewInstallation(
    Path folder,
    String homeserver,
    String domain,
    @Nullable String space,
    boolean createSpace,
    @Nullable String address,
    String identities) {
  private static final int PORT = 29_380;
  private static final int FIRST_FREE = 1024;
  private static final String STANDARD = "http://127.0.0.1:" + PORT;

  /** The configuration file. */
  public Path config() {
    return folder.resolve(ConfigLoader.DEFAULT_FILE);
  }

  /** The registration file. */
  public Path registration() {
    return folder.resolve("registration.yaml");
  }

  /** The file of the key that protects keys in the database. */
  public Path pickleKey() {
    return folder.resolve("pickle.key");
  }

  /**
   * Which of the files exist already.
   *
   * @param folder where they would be written
   */
  public static List<Path> existing(Path folder) {
    NewInstallation there = new NewInstallation(folder, "", "", null, false, null, "ghost");
    return Stream.of(there.config(), there.registration(), there.pickleKey())
        .filter(Files::exists)
        .toList();
  }

  /**
   * Writes all files, whatever is there but a pickle key. Everything is checked before the first is
   * written.
   *
   * @throws ConfigException where an answer is not usable or a file cannot be written
   */
  public void write() {
    String yaml = yaml();
    Secret key = PickleKey.random().text();
    Config config =
        new ConfigLoader(Map.of("FERRY_PICKLE_KEY", key.reveal()), folder)
            .load("config.yaml", yaml, folder);
    PickleKeyFile.make(pickleKey());
    RegistrationFile.write(registration(), Registration.fresh(config));
    PrivateFiles.write(config(), yaml);
  }

  /**
   * Where Ferry listens for what is sent to its address: on the address's own port where that can
   * lead to Ferry itself, and on loopback alone where the address is loopback.
   */
  public String listen() {
    URI uri = uri();
    String host = uri.getHost() == null ? "" : uri.getHost();
    String here = "0.0.0.0";
    if (host.equals("localhost") || host.startsWith("127.")) {
      here = "127.0.0.1";
    } else if (host.equals("[::1]")) {
      here = host;
    }
    return here + ":" + (passedOn() ? PORT : uri.getPort());
  }

  /**
   * Whether something in front of Ferry has to pass on what is sent to the address: what speaks
   * https, is at a port that belongs to administrators, or has a path.
   */
  public boolean passedOn() {
    URI uri = uri();
    String path = uri.getPath() == null ? "" : uri.getPath();
    return !"http".equals(uri.getScheme())
        || uri.getPort() < FIRST_FREE
        || !path.replace("/", "").isEmpty();
  }

  private URI uri() {
    try {
      return URI.create(address == null ? STANDARD : address);
    } catch (IllegalArgumentException e) {
      // reason: what is no address is refused, with its key, when the configuration is read.
      return URI.create(STANDARD);
    }
  }

  private String yaml() {
    return """
    # Ferry's configuration; config.example.yaml and docs/reference/configuration.md have every key.
    homeserver:
      address: %s
      domain: %s

    # Where the homeserver reaches Ferry, and where Ferry listens for it.
    appservice:
      address: %s
      listen: "%s"

    # The Space that takes the rooms.
    %sspace: %s
    create_space: %s

    identities:
      mode: %s
      username_template: "old_{localpart}"
    """
        .formatted(
            Yaml.quoted(homeserver),
            Yaml.quoted(domain),
            Yaml.quoted(address == null ? STANDARD : address),
            listen(),
            space == null ? "# " : "",
            Yaml.quoted(space == null ? "#village:" + domain : space),
            createSpace,
            identities);
  }
}
