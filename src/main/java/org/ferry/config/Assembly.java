package org.ferry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.crypto.keys.KeyException;
import org.ferry.crypto.keys.PickleKey;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.live.accounts.AccountOptions;
import org.ferry.live.accounts.Given;
import org.ferry.live.message.NetworkOptions;
import org.ferry.migrate.MigrateOptions;
import org.ferry.web.api.ApiOptions;
import org.ferry.web.api.Scope;
import org.ferry.webhook.Endpoint;
import org.jspecify.annotations.Nullable;

/** Makes the records out of values; opens the files that the values name. */
final class Assembly {
  private static final int SHORTEST_TOKEN = 16;

  private static final Path UNSET = Path.of("pickle.key");
  private static final String PICKLE_KEY = "encryption.pickle_key";
  private static final String PICKLE_VARIABLE = "FERRY_PICKLE_KEY";

  private final Map<String, String> environment;
  private final Values values;
  private final Path folder;
  private final OptionalInt port;
  private final List<Problem> warnings = new ArrayList<>();
  private final SecretFiles secrets;

  Assembly(Map<String, String> environment, Values values, Path folder, OptionalInt port) {
    this.environment = environment;
    this.values = values;
    this.folder = folder;
    this.port = port;
    this.secrets = new SecretFiles(values, folder, warnings);
  }

  /** Opens every file that is named, so that all their problems are known. */
  Opened files() {
    Optional<Secret> admin = secrets.find("homeserver.admin.token");
    return new Opened(
        admin,
        people(),
        pickleKey(),
        accounts(),
        new WebhookReader(values, secrets, warnings).read(),
        tokens());
  }

  /**
   * The key or file that is named; else the environment's, for where nothing else is given; else
   * the default file. That need not be there before encryption is used.
   */
  private Config.@Nullable Pickling pickleKey() {
    String fileKey = PICKLE_KEY + "_file";
    Path file = path(fileKey);
    boolean missing = file == null || (file.endsWith(UNSET) && !Files.exists(file));
    if (values.given(PICKLE_KEY) || (values.given(fileKey) && !missing)) {
      Path named = values.given(fileKey) ? file : null;
      return secrets.find(PICKLE_KEY).map(s -> pickling(s, named)).orElse(null);
    }
    String word = environment.getOrDefault(PICKLE_VARIABLE, "").strip();
    if (!word.isEmpty()) {
      return pickling(Secret.of(word), null);
    }
    return missing || file == null
        ? null
        : secrets.read(fileKey, file).map(s -> pickling(s, file)).orElse(null);
  }

  private Config.@Nullable Pickling pickling(Secret text, @Nullable Path file) {
    try {
      return new Config.Pickling(PickleKey.parse(text), file);
    } catch (KeyException e) {
      values.problem(
          PICKLE_KEY, (file == null ? "" : file + ": ") + String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * What stood in files.
   *
   * @param admin the administrator's token
   * @param people who is who
   * @param pickling the pickle key
   * @param accounts the accounts to follow
   * @param webhooks where live messages are delivered
   * @param tokens who may call the API
   */
  record Opened(
      Optional<Secret> admin,
      Map<UserId, UserId> people,
      Config.@Nullable Pickling pickling,
      List<AccountOptions> accounts,
      List<Endpoint> webhooks,
      List<ApiOptions.Token> tokens) {}

  private List<ApiOptions.Token> tokens() {
    List<ApiOptions.Token> tokens = new ArrayList<>();
    for (String key : values.items("api.tokens")) {
      Optional<Secret> secret = secrets.find(key + ".token");
      secret.ifPresent(s -> strength(key + ".token", s, tokens));
      if (secret.isEmpty() && values.given(key + ".token")) {
        values.problem(key + ".token", "comes out empty: set what it names, or take the entry out");
      }
      Optional<String> name = values.find(key + ".name", String.class);
      if (secret.isPresent() && name.isPresent()) {
        boolean unused =
            tokens.add(
                new ApiOptions.Token(
                    name.get(),
                    secret.get(),
                    values.list(key + ".scopes", String.class).stream()
                        .map(Scope::of)
                        .collect(Collectors.toSet()),
                    values.list(key + ".rooms", String.class),
                    values.list(key + ".networks", String.class),
                    Set.copyOf(values.list(key + ".accounts", UserId.class))));
      }
    }
    return List.copyOf(tokens);
  }

  /** What somebody can guess, or what two callers share, says nothing about who calls. */
  private void strength(String key, Secret token, List<ApiOptions.Token> before) {
    if (token.reveal().length() < SHORTEST_TOKEN) {
      values.problem(
          key,
          "is shorter than %d characters and could be guessed; make another one: openssl rand -hex 32"
              .formatted(SHORTEST_TOKEN));
    }
    before.stream()
        .filter(t -> t.secret().equals(token))
        .findFirst()
        .ifPresent(
            t -> values.problem(key, "is that of " + t.name() + " already; give each its own"));
  }

  private List<AccountOptions> accounts() {
    List<AccountOptions> accounts = new ArrayList<>();
    for (String key : values.items("accounts")) {
      Optional<Given> password = given(key + ".password");
      Optional<Given> token = given(key + ".token");
      Optional<Secret> recovery = secrets.find(key + ".recovery_key");
      values
          .find(key + ".user", UserId.class)
          .ifPresent(user ->
              accounts.add(
                  new AccountOptions(
                      user,
                      password.orElse(null),
                      token.orElse(null),
                      recovery.orElse(null),
                      new AccountOptions.Invites(
                          values.list(key + ".invites.from", String.class),
                          values.list(key + ".invites.rooms", String.class)),
                      values.list(key + ".rooms", String.class))));
    }
    return List.copyOf(accounts);
  }

  /** A secret that may be written anew while Ferry runs. */
  private Optional<Given> given(String key) {
    Path file = values.find(key + "_file", Path.class).map(folder::resolve).orElse(null);
    return secrets.find(key).map(s -> new Given(s, file));
  }

  private Map<UserId, UserId> people() {
    Map<UserId, UserId> people = new LinkedHashMap<>();
    Path file = path("identities.map_file");
    // The list that ferry plan writes is not there before the first plan.
    boolean toBeMade = file != null && file.endsWith("people.csv") && !Files.exists(file);
    if (file != null && !toBeMade) {
      try {
        people.putAll(PeopleMap.read(file, values.problems()));
      } catch (IOException e) {
        values.problem("identities.map_file", SecretFiles.unreadable(file));
      }
    }
    people.putAll(overrides());
    return people;
  }

  private Map<UserId, UserId> overrides() {
    Map<UserId, UserId> people = new LinkedHashMap<>();
    values
        .map("identities.overrides", UserId.class)
        .forEach((k, v) -> {
          if (UserId.isValid(k)) {
            people.put(new UserId(k), v);
          }
        });
    return people;
  }

  private @Nullable Path path(String key) {
    return values.find(key, Path.class).map(p -> folder.resolve(p).normalize()).orElse(null);
  }

  private Path neededPath(String key) {
    return folder.resolve(values.get(key, Path.class)).normalize();
  }

  /** The whole configuration; only where there were no problems. */
  Config config(Opened opened) {
    String domain = values.text("homeserver.domain");
    return new Config(
        values.file(),
        folder,
        new Config.Homeserver(
            values.text("homeserver.address"), domain, opened.admin().orElse(null)),
        new Config.Appservice(
            values.text("appservice.id"),
            values.text("appservice.address"),
            values.get("appservice.listen", Config.Listen.class),
            neededPath("appservice.registration"),
            values.text("appservice.bot")),
        new Config.Database(
            values.get("database.url", Object.class) instanceof Secret s ? s : null,
            values.get("database.pool_size", Integer.class)),
        neededPath("data_dir"),
        values.text("language"),
        values.find("space", String.class).orElse(null),
        values.is("create_space"),
        new Config.Identities(
            values.text("identities.mode"),
            values.text("identities.username_template"),
            values.text("identities.displayname_template"),
            path("identities.map_file"),
            Map.copyOf(opened.people()),
            Map.copyOf(overrides())),
        rooms(),
        replay(),
        sources(),
        opened.accounts(),
        networks(),
        new Config.Encryption(
            values.text("encryption.transport"),
            opened.pickling(),
            values.is("encryption.self_sign")),
        opened.webhooks(),
        values.get("retention.messages", Duration.class),
        values.get("retention.deliveries", Duration.class),
        later(),
        api(),
        access(opened.tokens()),
        new Config.Logging(values.text("logging.level"), values.text("logging.format")),
        List.copyOf(warnings));
  }

  private MigrateOptions.Rooms rooms() {
    return new MigrateOptions.Rooms(
        values.list("rooms.match", String.class),
        values.text("rooms.reuse"),
        values.text("rooms.local"),
        values.text("rooms.foreign"),
        values.text("rooms.direct"),
        values.text("rooms.deserted"),
        values.text("rooms.encrypted"),
        values.text("rooms.undecryptable"),
        values.text("rooms.version"),
        values.is("rooms.private_in_space"));
  }

  private MigrateOptions.Replay replay() {
    Object concurrency = values.get("replay.concurrency", Object.class);
    return new MigrateOptions.Replay(
        concurrency instanceof Integer n ? n : 0,
        values.is("replay.provenance"),
        values.text("replay.redacted"),
        values.text("replay.missing_media"));
  }

  private Map<String, Config.Source> sources() {
    Map<String, Config.Source> sources = new LinkedHashMap<>();
    for (String name : values.names("sources")) {
      String key = "sources." + name;
      sources.put(
          name,
          new Config.Source(values.text(key + ".type"), path(key + ".path"), path(key + ".media")));
    }
    return sources;
  }

  private List<NetworkOptions> networks() {
    return values.items("networks").stream()
        .map(key ->
            new NetworkOptions(
                values.text(key + ".name"),
                values.list(key + ".users", String.class),
                values.list(key + ".protocols", String.class),
                values.list(key + ".own", UserId.class).stream().map(UserId::value).toList()))
        .toList();
  }

  private Config.Later later() {
    return new Config.Later(values.text("rooms.via"));
  }

  private ApiOptions access(List<ApiOptions.Token> tokens) {
    return new ApiOptions(
        tokens,
        values.list("api.cors_origins", String.class),
        values.find("api.public_url", String.class).orElse(null),
        values.get("api.rate_limit", Integer.class));
  }

  private Config.Listen api() {
    Config.Listen listen = values.get("api.listen", Config.Listen.class);
    return new Config.Listen(listen.host(), port.orElse(listen.port()));
  }
}
