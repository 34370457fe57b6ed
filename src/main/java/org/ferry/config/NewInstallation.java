package org.ferry.config;

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
            quote(homeserver),
            quote(domain),
            quote(address == null ? "http://127.0.0.1:29380" : address),
            address == null ? "127.0.0.1:29380" : "0.0.0.0:29380",
            space == null ? "# " : "",
            quote(space == null ? "#village:" + domain : space),
            createSpace,
            identities);
  }

  /** As YAML that holds the text whatever it is, without taking the environment for it. */
  private static String quote(String text) {
    return "'" + text.replace("'", "''").replace("${", "$${") + "'";
  }
}
