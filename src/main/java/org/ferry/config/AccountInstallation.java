package org.ferry.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.matrix.client.WellKnown;
import org.jspecify.annotations.Nullable;

/**
 * The files of an installation that only follows an account: {@code config.yaml} and {@code
 * pickle.key}, each with mode 0600. It needs no registration and no Space.
 *
 * @param folder where they are written
 * @param user the account
 * @param homeserver its homeserver's address; null looks it up by the account's name
 */
public record AccountInstallation(Path folder, UserId user, @Nullable String homeserver) {
  /** The configuration file. */
  public Path config() {
    return folder.resolve(ConfigLoader.DEFAULT_FILE);
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
    return Stream.of(ConfigLoader.DEFAULT_FILE, "pickle.key")
        .map(folder::resolve)
        .filter(Files::exists)
        .toList();
  }

  /**
   * Writes both files, whatever is there but a pickle key.
   *
   * @throws ConfigException where the address is not usable or a file cannot be written
   * @throws org.ferry.matrix.client.Unreachable where no homeserver has that name
   */
  public void write() {
    String yaml = yaml(homeserver == null ? WellKnown.address(user.server()) : homeserver);
    Config unused = new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder);
    PickleKeyFile.make(pickleKey());
    PrivateFiles.write(config(), yaml);
  }

  private String yaml(String address) {
    return """
    # Ferry's configuration; config.example.yaml and docs/reference/configuration.md have every key.
    homeserver:
      address: %s
      domain: %s

    # The account whose conversations are followed. ferry accounts login asks for its password;
    # password_file or token_file name a file of it instead.
    accounts:
      - user: %s
        rooms: ["*"]
        invites:
          from: []
    """
        .formatted(quote(address), quote(user.server()), quote(user.value()));
  }

  /** As YAML that holds the text whatever it is, without taking the environment for it. */
  private static String quote(String text) {
    return "'" + text.replace("'", "''").replace("${", "$${") + "'";
  }
}
