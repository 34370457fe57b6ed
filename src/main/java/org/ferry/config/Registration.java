package org.ferry.config;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.ferry.id.Secret;

/**
 * What a homeserver is told about an application service.
 *
 * @param id the service's name
 * @param url where the homeserver reaches it
 * @param asToken what the service proves itself with
 * @param hsToken what the homeserver proves itself with
 * @param sender localpart of the user that the registration itself makes; not the bot, because
 *     Synapse does not let this user sync
 * @param users the namespaces of users
 * @param aliases the namespaces of aliases
 */
public record Registration(
    String id,
    String url,
    Secret asToken,
    Secret hsToken,
    String sender,
    List<Namespace> users,
    List<Namespace> aliases) {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");
  private static final int TOKEN_LENGTH = 64;
  private static final int SENDER_LENGTH = 16;

  /** Copies the list. */
  public Registration {
    users = List.copyOf(users);
    aliases = List.copyOf(aliases);
  }

  /**
   * Users that a service may act as, or aliases that it may make.
   *
   * @param exclusive whether nobody else may make such users
   * @param regex what they look like
   */
  public record Namespace(boolean exclusive, String regex) {
    /** Whether an id is in it, as Synapse decides: the expression must fit from the start. */
    public boolean holds(String id) {
      return Pattern.compile(regex).matcher(id).lookingAt();
    }
  }

  /** What fits a configuration, with fresh tokens. */
  public static Registration fresh(Config config) {
    SecureRandom random = new SecureRandom();
    return new Registration(
        config.appservice().id(),
        config.appservice().address(),
        Secret.of(text(random, ALPHABET, TOKEN_LENGTH)),
        Secret.of(text(random, ALPHABET, TOKEN_LENGTH)),
        "ferry_" + text(random, "abcdefghijklmnopqrstuvwxyz0123456789", SENDER_LENGTH),
        namespaces(config),
        List.of(aliases(config)));
  }

  /** The same with fresh tokens. */
  public static Registration withFreshTokens(Registration old) {
    SecureRandom random = new SecureRandom();
    return new Registration(
        old.id(),
        old.url(),
        Secret.of(text(random, ALPHABET, TOKEN_LENGTH)),
        Secret.of(text(random, ALPHABET, TOKEN_LENGTH)),
        old.sender(),
        old.users(),
        old.aliases());
  }

  /** What fits a configuration, with the tokens and the sender of a registration in use. */
  public static Registration keeping(Config config, Registration old) {
    Registration fresh = fresh(config);
    boolean bot = old.sender().equals(config.appservice().bot());
    return new Registration(
        fresh.id(),
        fresh.url(),
        old.asToken(),
        old.hsToken(),
        bot ? fresh.sender() : old.sender(),
        fresh.users(),
        fresh.aliases());
  }

  /** The namespaces that a configuration needs. */
  static List<Namespace> namespaces(Config config) {
    String domain = escape(":" + config.homeserver().domain());
    List<Namespace> all = new ArrayList<>();
    all.add(new Namespace(true, "^@" + ghosts(config) + domain + "$"));
    all.add(new Namespace(true, "^@" + escape(config.appservice().bot()) + domain + "$"));
    if (needsAccounts(config)) {
      all.add(new Namespace(false, "^@.*" + domain + "$"));
    }
    return all;
  }

  /**
   * The namespace of aliases: Synapse lets an application service make only aliases of its
   * namespaces, and which ones are to be carried is not known beforehand.
   */
  static Namespace aliases(Config config) {
    return new Namespace(false, "^#.*" + escape(":" + config.homeserver().domain()) + "$");
  }

  /** Whether Ferry is to act for accounts that are not its own. */
  public static boolean needsAccounts(Config config) {
    return config.identities().mode().equals("account")
        || config.identities().mapFile() != null
        || !config.identities().listed().isEmpty();
  }

  private static String ghosts(Config config) {
    String template = config.identities().usernameTemplate();
    StringBuilder regex = new StringBuilder();
    int from = 0;
    var m = PLACEHOLDER.matcher(template);
    while (m.find()) {
      regex.append(escape(template.substring(from, m.start()))).append(".*");
      from = m.end();
    }
    return regex.append(escape(template.substring(from))).toString();
  }

  /** Escapes what has a meaning in an expression; nothing else, so that people can read it. */
  private static String escape(String text) {
    return text.replaceAll("[.+*?()\\[\\]{}|^$\\\\]", "\\\\$0");
  }

  private static String text(SecureRandom random, String alphabet, int length) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < length; i++) {
      out.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return out.toString();
  }
}
