package org.ferry.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.ferry.id.Glob;
import org.ferry.id.Nearest;
import org.ferry.id.RoomAlias;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.message.MessageType;
import org.ferry.live.message.NetworkOptions;
import org.ferry.live.message.Networks;
import org.ferry.web.api.Scope;

/** Finds combinations of values that are each right and cannot be meant together. */
final class Checks {
  private final Values values;

  Checks(Values values) {
    this.values = values;
  }

  void run() {
    space();
    identities();
    listeners();
    sources();
    accounts();
    networks();
    webhooks();
    unique("api.tokens", "name");
    secrets("api.tokens", "token");
    voices();
  }

  private void space() {
    boolean create = values.find("create_space", Boolean.class).orElse(false);
    String space = values.find("space", String.class).orElse("");
    if (create && space.isEmpty() && !values.given("space")) {
      values.problem("create_space", "is true, but space does not name the Space to make");
    } else if (create && space.startsWith("!")) {
      values.problem("space", "create_space needs an alias; a room id cannot be chosen");
    } else if (create && RoomAlias.isValid(space)) {
      String server = new RoomAlias(space).server();
      values
          .find("homeserver.domain", String.class)
          .filter(d -> !d.equals(server))
          .ifPresent(d ->
              values.problem(
                  "space",
                  "create_space cannot make an alias of "
                      + server
                      + "; homeserver.domain is "
                      + d));
    }
  }

  private void identities() {
    String template = values.find("identities.username_template", String.class).orElse("{id}");
    if (!template.contains("{localpart}") && !template.contains("{id}")) {
      values.problem(
          "identities.username_template",
          "needs {localpart} or {id}; without them everybody would be the same ghost");
    }
    String fixed = template.replaceAll("\\{[^{}]*}", "");
    if (!fixed.matches("[a-z0-9._=/+-]*")) {
      values.problem(
          "identities.username_template",
          "outside the braces only a-z, 0-9 and . _ = / + - can stand in a user id");
    } else if (fixed.isEmpty()
        && (values.says("identities.mode", "ghost") || values.says("identities.mode", "account"))) {
      values.problem(
          "identities.username_template",
          "would claim every account of the server for Ferry; add a prefix such as old_");
    }
    values.map("identities.overrides", UserId.class).keySet().stream()
        .filter(k -> !UserId.isValid(k))
        .forEach(k ->
            values.problem(
                "identities.overrides." + k,
                "is not a user id of the old server, such as @bob:old.example.org"));
  }

  private void listeners() {
    var appservice = values.find("appservice.listen", Config.Listen.class);
    var api = values.find("api.listen", Config.Listen.class);
    if (appservice.isPresent() && appservice.equals(api) && appservice.get().port() != 0) {
      values.problem("api.listen", "is the address of appservice.listen; give it another port");
    }
  }

  private void sources() {
    for (String name : values.names("sources")) {
      String key = "sources." + name;
      if (values.says(key + ".type", "synapse-dump")) {
        need(key, "path", "a synapse-dump is a file; name it");
        forbid(key, List.of("address", "registration"), "belongs to type synapse, a live server");
      } else if (values.says(key + ".type", "synapse")) {
        need(key, "address", "a live server needs the address of its client API");
        need(key, "domain", "a live server needs its server name");
        forbid(key, List.of("path", "media"), "belongs to type synapse-dump");
      }
      var domain = values.find(key + ".domain", String.class);
      if (domain.isPresent() && domain.equals(values.find("homeserver.domain", String.class))) {
        values.problem(
            key + ".domain",
            "is the destination's own name; old and new server must have different names");
      }
    }
  }

  private void accounts() {
    unique("accounts", "user");
    for (String key : values.items("accounts")) {
      boolean password = given(key, "password");
      boolean token = given(key, "token");
      if (password && token) {
        String which = values.given(key + ".token") ? ".token" : ".token_file";
        values.problem(key + which, "and a password are both given; keep one of them");
      }
    }
  }

  /** A token speaks for accounts that are followed, and for nobody where it may not send. */
  private void voices() {
    List<UserId> followed =
        values.items("accounts").stream()
            .flatMap(key -> values.find(key + ".user", UserId.class).stream())
            .toList();
    for (String key : values.items("api.tokens")) {
      List<UserId> accounts = values.list(key + ".accounts", UserId.class);
      accounts.stream()
          .filter(user -> !followed.contains(user))
          .forEach(user ->
              values.problem(key + ".accounts", user + " is no user of accounts; add it there"));
      if (!accounts.isEmpty()
          && !values.list(key + ".scopes", String.class).contains(Scope.SEND.word())) {
        values.problem(
            key + ".accounts",
            "is of no use without send among the scopes; add it, or take it out");
      }
    }
  }

  private void networks() {
    unique("networks", "name");
    List<String> names = new ArrayList<>();
    for (String key : values.items("networks")) {
      values.find(key + ".name", String.class).ifPresent(names::add);
      for (String users : values.list(key + ".users", String.class)) {
        if (!users.startsWith("@") || !users.contains(":")) {
          values.problem(
              key + ".users", users + " fits no user id; it is to look like @insta_*:example.org");
        }
      }
    }
    Set<String> known =
        Networks.names(
            names.stream()
                .map(n -> new NetworkOptions(n, List.of(), List.of(), List.of()))
                .toList());
    values.items("api.tokens").forEach(key -> networks(key + ".networks", known, known::contains));
    values
        .items("webhooks")
        .forEach(key -> networks(key + ".networks", known, glob -> meets(glob, known)));
  }

  private void networks(String key, Set<String> known, Predicate<String> right) {
    values.list(key, String.class).stream()
        .filter(right.negate())
        .forEach(n ->
            values.problem(
                key,
                n + " is no known network" + meant(n, known) + " Others are added under networks"));
  }

  private static boolean meets(String glob, Collection<String> words) {
    Glob meant = Glob.of(glob);
    return words.stream().anyMatch(meant::matches);
  }

  private static String meant(String written, Collection<String> words) {
    return Nearest.to(written, words).map(k -> "; did you mean " + k + "?").orElse(".");
  }

  private void webhooks() {
    unique("webhooks", "name");
    for (String key : values.items("webhooks")) {
      boolean kafka = values.given(key + ".kafka");
      boolean url = values.given(key + ".url");
      if (kafka && url) {
        values.problem(key + ".kafka", "and url are both given; keep one of them");
      } else if (!kafka && !url) {
        values.problem(key, "needs url, where to post");
      } else if (kafka) {
        values.problem(key + ".kafka", "is not available yet; post to a url");
      } else if (!given(key, "secret") && values.list(key + ".secrets", Secret.class).isEmpty()) {
        values.problem(
            key,
            "needs secret, secret_file or secrets, which sign each post; make one: echo"
                + " whsec_$(openssl rand -base64 32)");
      }
      filters(key);
    }
  }

  /** A filter that lets nothing through is a slip of the pen, and nobody would notice. */
  private void filters(String key) {
    for (String type : values.list(key + ".events", String.class)) {
      if (!meets(type, MessageType.words())) {
        values.problem(
            key + ".events",
            type
                + " is nothing that Ferry tells of"
                + meant(type, MessageType.words())
                + " docs/reference/events.md has the list");
      }
    }
    for (String sender : values.list(key + ".senders", String.class)) {
      if (!sender.matches("[@*?].*") || !sender.matches(".*[:*].*")) {
        values.problem(
            key + ".senders", sender + " fits no user id; it is to look like @anna:example.org");
      }
    }
  }

  private boolean given(String key, String secret) {
    return values.given(key + "." + secret) || values.given(key + "." + secret + "_file");
  }

  private void secrets(String list, String secret) {
    for (String key : values.items(list)) {
      if (!given(key, secret)) {
        values.problem(key, "needs " + secret + " or " + secret + "_file");
      }
    }
  }

  private void need(String key, String name, String text) {
    if (!values.given(key + "." + name)) {
      values.problem(key, name + " is missing: " + text);
    }
  }

  private void forbid(String key, List<String> names, String text) {
    names.stream()
        .filter(n -> values.given(key + "." + n))
        .forEach(n -> values.problem(key + "." + n, text));
  }

  private void unique(String list, String name) {
    Map<Object, String> seen = new HashMap<>();
    for (String key : values.items(list)) {
      values
          .find(key + "." + name, Object.class)
          .ifPresent(v -> {
            String first = seen.putIfAbsent(v, key);
            if (first != null) {
              values.problem(
                  key + "." + name,
                  "\"" + v + "\" is given twice, first in line " + values.line(first));
            }
          });
    }
  }
}
