package org.ferry.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.UserId;
import org.ferry.matrix.client.WellKnown;
import org.ferry.webhook.Guard;
import org.ferry.webhook.Refused;
import org.ferry.webhook.SigningSecret;
import org.jspecify.annotations.Nullable;

/**
 * The files of an installation that only follows an account: {@code config.yaml}, {@code
 * pickle.key} and, where messages go somewhere, {@code webhook.secret}, each with mode 0600. It
 * needs no registration and no Space.
 *
 * @param folder where they are written
 * @param user the account
 * @param homeserver its homeserver's address; null looks it up by the account's name
 * @param hook where its messages go; null for nowhere
 */
public record AccountInstallation(
    Path folder, UserId user, @Nullable String homeserver, @Nullable Hook hook) {
  private static final String SECRET_FILE = "webhook.secret";
  private static final int SECRET_BYTES = 32;

  /**
   * A receiver of the account's messages.
   *
   * @param url that it takes posts at
   * @param allowed addresses of its that are not public
   */
  public record Hook(URI url, List<String> allowed) {
    /**
     * A receiver; the addresses of its name that are not public are allowed, since somebody asks
     * for just this one. Blocks while the name is looked up.
     *
     * @param url that it takes posts at
     * @throws IllegalArgumentException where it is none; the message is for a person
     */
    public static Hook of(String url) {
      URI uri = URI.create(url);
      String objection = Guard.objection(uri);
      if (objection != null) {
        throw new IllegalArgumentException(objection);
      }
      return new Hook(uri, closed(uri));
    }

    private static List<String> closed(URI url) {
      Guard guard = new Guard(Guard.Resolver.system(), List.of());
      try {
        var unused = guard.addresses(url, List.of());
        return List.of();
      } catch (Refused e) {
        return addresses(url);
      } catch (UnknownHostException e) {
        // reason: a name that is not known yet is told by ferry doctor.
        return List.of();
      }
    }

    private static List<String> addresses(URI url) {
      try {
        return Stream.of(InetAddress.getAllByName(url.getHost()))
            .map(a -> a.getHostAddress().replaceFirst("%.*", ""))
            .distinct()
            .toList();
      } catch (UnknownHostException e) {
        return List.of();
      }
    }
  }

  /** The configuration file. */
  public Path config() {
    return folder.resolve(ConfigLoader.DEFAULT_FILE);
  }

  /** The file of the key that protects keys in the database. */
  public Path pickleKey() {
    return folder.resolve("pickle.key");
  }

  /** The file of the secret that posts are signed with. */
  public Path secret() {
    return folder.resolve(SECRET_FILE);
  }

  /** Which of the files exist already. */
  public List<Path> existing() {
    return Stream.concat(
            Stream.of(config(), pickleKey()), Stream.ofNullable(hook).map(h -> secret()))
        .filter(Files::exists)
        .toList();
  }

  /**
   * Writes the files, whatever is there but a pickle key.
   *
   * @throws ConfigException where the address is not usable or a file cannot be written
   * @throws org.ferry.matrix.client.Unreachable where no homeserver has that name
   */
  public void write() {
    String address =
        homeserver == null
            ? WellKnown.address(user.server(), "say where the homeserver is: --homeserver URL")
            : homeserver;
    String yaml = yaml(address);
    String webhooks = hook == null ? "" : webhooks(hook);
    Config unused = new ConfigLoader(Map.of(), folder).load("config.yaml", yaml, folder);
    PickleKeyFile.make(pickleKey());
    if (hook != null) {
      PrivateFiles.write(secret(), freshSecret() + "\n");
    }
    PrivateFiles.write(config(), yaml + webhooks);
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
        .formatted(Yaml.quoted(address), Yaml.quoted(user.server()), Yaml.quoted(user.value()));
  }

  private static String freshSecret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return SigningSecret.PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  private static String webhooks(Hook hook) {
    String allowed =
        hook.allowed().isEmpty()
            ? ""
            : "    allow_private: ["
                + hook.allowed().stream().map(Yaml::quoted).collect(Collectors.joining(", "))
                + "]\n";
    return """

    # Where its messages are posted to, signed with the secret that stands in that file.
    webhooks:
      - name: webhook
        url: %s
        secret_file: %s
    """
            .formatted(Yaml.quoted(hook.url().toString()), SECRET_FILE)
        + allowed;
  }
}
