package org.ferry.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** Finds in what a registration differs from the one that a configuration needs. */
public final class RegistrationCheck {
  private static final int SHORTEST_TOKEN = 32;

  /** Keys that carrying works without. */
  private static final Set<String> LIVE =
      Set.of(
          "url",
          "receive_ephemeral",
          "de.sorunome.msc2409.push_ephemeral",
          "org.matrix.msc3202",
          "io.element.msc4190",
          "namespaces.rooms");

  private final Config config;
  private final Path file;
  private final Map<String, Object> found;
  private final List<Difference> differences = new ArrayList<>();

  private RegistrationCheck(Config config, Path file) {
    this.config = config;
    this.file = file;
    this.found = RegistrationFile.map(file);
  }

  /**
   * One difference.
   *
   * @param key the key in the registration
   * @param expected what the configuration needs
   * @param found what is there; never a token
   * @param breaks what does not work because of it
   */
  public record Difference(String key, String expected, String found, String breaks) {
    /**
     * Whether carrying needs it; the rest matters to what is live, or only takes more than needed.
     */
    public boolean serious() {
      return !LIVE.contains(key) && !breaks.contains("does not need");
    }

    @Override
    public String toString() {
      return key + ": expected " + expected + ", found " + found + "; " + breaks;
    }
  }

  /**
   * Compares a file with a configuration.
   *
   * @return every difference, none where the file will do
   * @throws ConfigException where the file cannot be read at all
   */
  public static List<Difference> differences(Config config, Path file) {
    RegistrationCheck check = new RegistrationCheck(config, file);
    check.identity();
    check.tokens();
    check.users();
    check.others();
    return check.differences;
  }

  private void identity() {
    same("id", config.appservice().id(), "the ping and Ferry's devices are refused");
    same("url", config.appservice().address(), "nothing that happens in rooms reaches Ferry");
    String bot = config.appservice().bot();
    Object sender = found.get("sender_localpart");
    if (sender == null || sender.equals(bot)) {
      String breaks =
          sender == null
              ? "the homeserver refuses the registration"
              : "Synapse does not let this user sync, so the bot could not read encrypted rooms";
      differ("sender_localpart", "any localpart but the bot's, " + bot, sender, breaks);
    }
    if (!Boolean.FALSE.equals(found.get("rate_limited"))) {
      differ("rate_limited", "false", found.get("rate_limited"), "the replay is throttled");
    }
  }

  private void tokens() {
    for (String key : List.of("as_token", "hs_token")) {
      Object token = found.get(key);
      int length = token == null ? 0 : token.toString().length();
      if (length < SHORTEST_TOKEN) {
        String shown = length == 0 ? "nothing" : "one of " + length + " characters";
        String breaks = length == 0 ? "neither side knows the other" : "it can be guessed";
        differ(key, "a token of 64 characters", shown, breaks);
      }
    }
    if (found.get("as_token") != null && found.get("as_token").equals(found.get("hs_token"))) {
      differ("hs_token", "another token than as_token", "the same", "who knows one knows both");
    }
  }

  private void users() {
    List<Problem> problems = new ArrayList<>();
    List<Registration.Namespace> users =
        RegistrationFile.namespaces("users", found, file, problems);
    problems.forEach(
        p -> differ(p.key(), "a regular expression", p.text(), "the homeserver does not start"));
    List<Registration.Namespace> needed = Registration.namespaces(config);
    String key = "namespaces.users";
    for (String localpart : List.of("alice", "a.b=c", "1")) {
      UserId ghost = ghost(localpart);
      if (users.stream().noneMatch(n -> n.exclusive() && n.holds(ghost.value()))) {
        String expected = "exclusive " + needed.getFirst().regex();
        differ(key, expected, show(users), ghost + " cannot be made: no history can be carried");
        break;
      }
    }
    if (users.stream().noneMatch(n -> n.exclusive() && n.holds(config.bot().value()))) {
      differ(key, "exclusive " + needed.get(1).regex(), show(users), "the bot cannot be made");
    }
    accounts(users, needed);
  }

  private void accounts(List<Registration.Namespace> users, List<Registration.Namespace> needed) {
    UserId somebody = UserId.of("somebody", config.homeserver().domain());
    boolean all = users.stream().anyMatch(n -> !n.exclusive() && n.holds(somebody.value()));
    if (users.stream().anyMatch(n -> n.exclusive() && n.holds(somebody.value()))) {
      differ(
          "namespaces.users",
          "no exclusive claim on everybody",
          show(users),
          "nobody else can register on the homeserver");
    }
    if (Registration.needsAccounts(config) && !all) {
      differ(
          "namespaces.users",
          "not exclusive " + needed.getLast().regex(),
          show(users),
          config.identities().mode().equals("account")
              ? "Ferry cannot make the accounts that people log in to (identities.mode: account)"
              : "Ferry cannot act for the accounts that the map file or the configuration names");
    } else if (!Registration.needsAccounts(config) && all) {
      differ(
          "namespaces.users",
          "no claim on everybody",
          show(users),
          "Ferry is sent what everybody says, which it does not need");
    }
  }

  private UserId ghost(String localpart) {
    String name =
        config
            .identities()
            .usernameTemplate()
            .replace("{localpart}", localpart)
            .replace("{server}", "old.example.org")
            .replace("{id}", localpart);
    return UserId.of(name, config.homeserver().domain());
  }

  private void others() {
    String alias = "#any:" + config.homeserver().domain();
    List<Registration.Namespace> aliases =
        RegistrationFile.namespaces("aliases", found, file, new ArrayList<>());
    if (aliases.stream().noneMatch(n -> n.holds(alias))) {
      String expected = "not exclusive " + Registration.aliases(config).regex();
      differ("namespaces.aliases", expected, show(aliases), "Synapse refuses the rooms' aliases");
    }
    List<?> rooms = RegistrationFile.namespace(found, "rooms");
    if (!rooms.isEmpty()) {
      differ("namespaces.rooms", "[]", rooms.toString(), "Ferry is sent what it does not need");
    }
    RegistrationFile.SWITCHES.forEach((key, breaks) -> {
      if (!Boolean.TRUE.equals(found.get(key))) {
        differ(key, "true", found.get(key), breaks);
      }
    });
  }

  private void same(String key, String expected, String breaks) {
    String value = String.valueOf(found.get(key));
    if (!expected.equals(value.endsWith("/") ? value.substring(0, value.length() - 1) : value)) {
      differ(key, expected, found.get(key), breaks);
    }
  }

  private void differ(String key, String expected, @Nullable Object value, String breaks) {
    differences.add(
        new Difference(key, expected, value == null ? "nothing" : value.toString(), breaks));
  }

  private static String show(List<Registration.Namespace> users) {
    return users.isEmpty()
        ? "nothing"
        : String.join(
            ", ",
            users.stream().map(n -> (n.exclusive() ? "exclusive " : "") + n.regex()).toList());
  }
}
