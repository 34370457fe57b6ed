package org.ferry.config;

import java.util.List;
import org.ferry.config.Entry.Section;
import org.ferry.config.Entry.Setting;

/**
 * Every key of the configuration: its kind, default and meaning. The reader, the example file and
 * the reference page are made from this table.
 */
final class Schema {
  private Schema() {}

  static final Section ROOT =
      new Section(
          "",
          "Ferry's configuration",
          false,
          List.of(
              homeserver(),
              appservice(),
              new Section(
                  "database",
                  "where Ferry keeps what it knows",
                  false,
                  List.of(
                      Setting.of(
                          "url",
                          Kind.DATABASE,
                          "\"${DATABASE_URL:-embedded}\"",
                          "postgresql://user:password@host/name, or embedded: a PostgreSQL of"
                              + " Ferry's own under data_dir"),
                      Setting.of(
                          "pool_size",
                          Kind.number(2, 200),
                          "20",
                          "connections held open at most; ferry run has up to seven more"))),
              Setting.of(
                  "data_dir", Kind.PATH, "./data", "the folder for what Ferry keeps in files"),
              Setting.of(
                  "language",
                  Kind.words("en", "fr"),
                  "en",
                  "of reports, notices and placeholders in rooms"),
              Setting.optional(
                  "space",
                  Kind.SPACE,
                  "\"#village:new.example.org\"",
                  "the Space that takes the rooms, alias or id"),
              Setting.of(
                  "create_space", Kind.BOOL, "false", "make that Space where it does not exist"),
              CarryingKeys.identities(),
              CarryingKeys.rooms(),
              CarryingKeys.replay(),
              CarryingKeys.sources(),
              LiveKeys.accounts(),
              LiveKeys.networks(),
              LiveKeys.encryption(),
              new Section(
                  "relay",
                  "live relay between both sides (not available yet)",
                  false,
                  List.of(
                      Setting.of("enabled", Kind.BOOL, "true", "whether run relays at all"),
                      Setting.list(
                          "directions",
                          Kind.words("to_new", "to_old"),
                          "[to_new, to_old]",
                          "which ways"))),
              LiveKeys.webhooks(),
              LiveKeys.api(),
              new Section(
                  "retention",
                  "how long Ferry keeps clear text",
                  false,
                  List.of(
                      Setting.of("messages", Kind.DURATION, "30d", "decrypted messages"),
                      Setting.of("deliveries", Kind.DURATION, "7d", "webhook deliveries"))),
              new Section(
                  "logging",
                  "the log, on standard error",
                  false,
                  List.of(
                      Setting.of(
                          "level",
                          Kind.words("error", "warn", "info", "debug", "trace"),
                          "info",
                          "how much is logged"),
                      Setting.of("format", Kind.words("text", "json"), "text", "one line each")))));

  private static Section homeserver() {
    return new Section(
        "homeserver",
        "the server that people move to",
        false,
        List.of(
            Setting.required(
                "address",
                Kind.URL,
                "\"http://127.0.0.1:8008\"",
                "where its client API answers, as Ferry reaches it"),
            Setting.required(
                "domain",
                Kind.SERVER_NAME,
                "new.example.org",
                "its server name, the part after the colon in user ids"),
            new Section(
                "admin",
                "an administrator's access token, for what only the admin API can do; optional",
                true,
                List.of(
                    Setting.optional(
                        "token_file", Kind.SECRET_FILE, "admin.token", "file of the token"),
                    Setting.optional(
                        "token",
                        Kind.SECRET,
                        "\"${FERRY_ADMIN_TOKEN}\"",
                        "or the token itself")))));
  }

  private static Section appservice() {
    return new Section(
        "appservice",
        "Ferry as an application service of that server",
        false,
        List.of(
            Setting.of("id", Kind.IDENTIFIER, "ferry", "its name in the registration"),
            Setting.of(
                "address",
                Kind.URL,
                "\"http://127.0.0.1:29380\"",
                "where the homeserver reaches Ferry; the url in the registration"),
            Setting.of(
                "listen", Kind.LISTEN_ADDRESS, "\"127.0.0.1:29380\"", "where Ferry listens for it"),
            Setting.of(
                "registration",
                Kind.PATH,
                "registration.yaml",
                "the registration file, which holds both tokens"),
            Setting.of("bot", Kind.LOCALPART, "ferrybot", "localpart of Ferry's own user")));
  }
}
