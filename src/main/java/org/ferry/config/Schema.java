package org.ferry.config;

import java.util.List;
import org.ferry.config.Entry.Items;
import org.ferry.config.Entry.Named;
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
                          "connections held open at most"))),
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
              identities(),
              rooms(),
              replay(),
              sources(),
              accounts(),
              networks(),
              encryption(),
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
              webhooks(),
              api(),
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

  private static Section identities() {
    return new Section(
        "identities",
        "who speaks for the people of the old server",
        false,
        List.of(
            Setting.of(
                "mode",
                Kind.words("ghost", "account"),
                "ghost",
                "ghost: users of Ferry's own; account: accounts that people log in to"),
            Setting.of(
                "username_template",
                Kind.template("localpart", "server", "id"),
                "\"old_{localpart}\"",
                "localpart of a ghost; also {server}, {id}. In mode account for people of other"
                    + " servers"),
            Setting.of(
                "displayname_template",
                Kind.template("displayname", "localpart", "server", "id"),
                "\"{displayname}\"",
                "name of a ghost; also {localpart}, {server}, {id}"),
            Setting.optional(
                "map_file",
                Kind.PATH,
                "people.csv",
                "CSV with columns old_id,new_id: who is who, for people with an account already"),
            Setting.map(
                "overrides",
                Kind.USER,
                "{\"@bob:old.example.org\": \"@robert:new.example.org\"}",
                "the same, here; these win over the file")));
  }

  private static Section rooms() {
    return new Section(
        "rooms",
        "what is done with which rooms",
        false,
        List.of(
            Setting.list(
                "match",
                Kind.words("id", "alias", "name"),
                "[id, alias, name]",
                "how a room is recognised in the Space, in this order"),
            Setting.of(
                "reuse",
                Kind.words("append", "archive", "skip"),
                "append",
                "a room that is there already: write below what it holds, make an archive room"
                    + " beside it, or leave it"),
            Setting.of(
                "local", Kind.words("carry", "skip"), "carry", "rooms made on the old server"),
            Setting.of(
                "foreign",
                Kind.words("list", "skip"),
                "list",
                "rooms made elsewhere and only joined: listed with a link, or not"),
            Setting.of("direct", Kind.words("carry", "skip"), "carry", "direct chats"),
            Setting.of(
                "deserted", Kind.words("carry", "skip"), "skip", "rooms without a local member"),
            Setting.of(
                "encrypted",
                Kind.words("shell", "decrypt", "skip"),
                "shell",
                "encrypted rooms: name, members and state only; history in clear as well, as far as"
                    + " there are keys; or nothing"),
            Setting.of(
                "undecryptable",
                Kind.words("placeholder", "skip"),
                "placeholder",
                "what stands for a message that no key opens"),
            Setting.of(
                "version",
                Kind.wordOr(
                    Kind.matching("a room version", "[a-z0-9.-]{1,32}"), "default", "source"),
                "default",
                "room version of new rooms: the server's default, that of the source, or one"
                    + " named"),
            Setting.of(
                "private_in_space",
                Kind.BOOL,
                "true",
                "put rooms into the Space that are not public; its members see their ids"),
            Setting.of(
                "via",
                Kind.words("copy", "federation"),
                "copy",
                "copy history, or join the old rooms (not available yet)")));
  }

  private static Section replay() {
    return new Section(
        "replay",
        "how history is written",
        false,
        List.of(
            Setting.of(
                "concurrency",
                Kind.wordOr(Kind.number(1, 256), "auto"),
                "auto",
                "rooms worked on at once; auto finds it from the server's answers"),
            Setting.of(
                "provenance",
                Kind.BOOL,
                "true",
                "each event says openly where it came from; false leaves a keyed hash only"),
            Setting.of(
                "redacted",
                Kind.words("skip", "tombstone"),
                "skip",
                "redacted messages: left out, or shown as redacted at their time"),
            Setting.of(
                "missing_media",
                Kind.words("fail", "carry"),
                "fail",
                "a message whose file is missing: waits and counts as failed, or goes with the old"
                    + " address")));
  }

  private static Named sources() {
    return new Named(
        "sources",
        "old",
        "sources that commands know by name",
        List.of(
            Setting.required(
                "type",
                Kind.words("synapse-dump", "synapse"),
                "synapse-dump",
                "what it is: a dump or homeserver.db, or a live server (not available yet)"),
            Setting.optional("path", Kind.PATH, "old-synapse.sql.gz", "the file, for synapse-dump"),
            Setting.optional("media", Kind.PATH, "media_store", "its media_store, folder or tar"),
            Setting.optional(
                "address", Kind.URL, "\"http://old:8008\"", "the live server's client API"),
            Setting.optional("domain", Kind.SERVER_NAME, "old.example.org", "its server name"),
            Setting.optional(
                "registration",
                Kind.PATH,
                "old-registration.yaml",
                "Ferry's registration on the live server")));
  }

  private static Items accounts() {
    return new Items(
        "accounts",
        "Matrix accounts whose conversations Ferry follows; one that names neither password nor"
            + " token is logged in by ferry accounts login. An entry for Ferry's own bot says what"
            + " it follows and whose invitations it accepts",
        List.of(
            Setting.required("user", Kind.USER, "\"@me:example.org\"", "which account"),
            Setting.optional("password_file", Kind.SECRET_FILE, "me.password", "its password"),
            Setting.optional("password", Kind.SECRET, "\"${MY_PASSWORD}\"", "or here"),
            Setting.optional("token_file", Kind.SECRET_FILE, "me.token", "or an access token"),
            Setting.optional("token", Kind.SECRET, "\"${MY_TOKEN}\"", "or here"),
            Setting.optional(
                "recovery_key_file",
                Kind.SECRET_FILE,
                "me.recovery",
                "recovery key, to sign Ferry's device and read the key backup"),
            Setting.optional("recovery_key", Kind.SECRET, "\"${MY_RECOVERY_KEY}\"", "or here"),
            new Section(
                "invites",
                "invitations that are accepted",
                false,
                List.of(
                    Setting.list(
                        "from",
                        Kind.TEXT,
                        "[]",
                        "user ids, * stands for anything; none are accepted by default"))),
            Setting.list(
                "rooms", Kind.TEXT, "[\"*\"]", "rooms that are followed: id, alias or name")));
  }

  private static Items networks() {
    return new Items(
        "networks",
        "other networks that conversations are bridged to, beyond the known ones, or more about"
            + " those",
        List.of(
            Setting.required(
                "name",
                Kind.NETWORK,
                "instagram",
                "what it is called in what is told and in filters"),
            Setting.list(
                "users",
                Kind.TEXT,
                "[\"@insta_*:example.org\"]",
                "users who stand for its people; the first * is the person's id there"),
            Setting.list(
                "protocols",
                Kind.TEXT,
                "[\"insta\"]",
                "what bridges call it in the protocol.id of m.bridge"),
            Setting.list(
                "own",
                Kind.USER,
                "[\"@insta_me:example.org\"]",
                "users who stand for yourself there: what they say is outgoing")));
  }

  private static Section encryption() {
    return new Section(
        "encryption",
        "end-to-end encryption",
        false,
        List.of(
            Setting.of(
                "transport",
                Kind.words("auto", "sync", "appservice"),
                "auto",
                "where room keys come from: always /sync, and run warns of appservice"),
            Setting.of(
                "pickle_key_file",
                Kind.SECRET_FILE,
                "pickle.key",
                "file of the key that protects keys in the database; init writes it"),
            Setting.optional(
                "pickle_key",
                Kind.SECRET,
                "\"${FERRY_PICKLE_KEY}\"",
                "or the key itself; where neither is given the environment's FERRY_PICKLE_KEY"
                    + " counts before the default file"),
            Setting.of(
                "self_sign",
                Kind.BOOL,
                "true",
                "sign Ferry's devices with the bot's own identity")));
  }

  private static Items webhooks() {
    return new Items(
        "webhooks",
        "where live messages are delivered: signed posts, as Standard Webhooks has them",
        List.of(
            Setting.required("name", Kind.IDENTIFIER, "shop", "its name in commands and logs"),
            Setting.optional(
                "url", Kind.WHOLE_URL, "\"https://shop.example/hook\"", "where to post"),
            Setting.optional(
                "secret",
                Kind.SECRET,
                "\"${SHOP_SECRET}\"",
                "signs each post: whsec_ and base64 as other senders make it, or any text"),
            Setting.optional(
                "secret_file",
                Kind.SECRET_FILE,
                "shop.secret",
                "or a file of it; several, one on each line, sign side by side"),
            Setting.list(
                "secrets",
                Kind.SECRET,
                "[]",
                "or several, the newest first, while receivers change from one to another"),
            Setting.list(
                "events", Kind.TEXT, "[\"message.*\"]", "event types, * stands for anything"),
            Setting.list("networks", Kind.TEXT, "[]", "only these networks; empty: all"),
            Setting.list("rooms", Kind.TEXT, "[\"*\"]", "only these rooms: id or name"),
            Setting.list("senders", Kind.TEXT, "[\"*\"]", "only from these users"),
            Setting.of(
                "from",
                Kind.MOMENT,
                "now",
                "what is older when the endpoint is first seen is not delivered"),
            Setting.map("headers", Kind.TEXT, "{X-Shop: \"1\"}", "more headers on each post"),
            Setting.list(
                "allow_private",
                Kind.TEXT,
                "[]",
                "private addresses that may be posted to, such as 10.0.0.0/8 or 127.0.0.1"),
            kafka()));
  }

  private static Section kafka() {
    return new Section(
        "kafka",
        "a Kafka topic instead of a url (not available yet)",
        true,
        List.of(
            Setting.required("bootstrap", Kind.TEXT, "\"kafka:9092\"", "its servers"),
            Setting.required("topic", Kind.TEXT, "ferry", "the topic")));
  }

  private static Section api() {
    return new Section(
        "api",
        "the API, health and metrics",
        false,
        List.of(
            Setting.of(
                "listen",
                Kind.LISTEN_ADDRESS,
                "\"127.0.0.1:29381\"",
                "where it listens; the environment's PORT replaces the port"),
            Setting.of(
                "public_url",
                Kind.URL,
                "null",
                "its address as seen from outside; links to media begin with it"),
            Setting.list(
                "cors_origins",
                Kind.ORIGIN,
                "[]",
                "origins of browsers that may call it, such as https://app.example.org"),
            Setting.of(
                "rate_limit",
                Kind.number(0, 1_000_000),
                "1200",
                "requests of each token in a minute, a minute's worth at once; 0 for no limit"),
            new Items(
                "tokens",
                "who may call it",
                List.of(
                    Setting.required("name", Kind.IDENTIFIER, "ops", "its name in logs"),
                    Setting.optional("token", Kind.SECRET, "\"${FERRY_API_TOKEN}\"", "the token"),
                    Setting.optional(
                        "token_file", Kind.SECRET_FILE, "ops.token", "or a file of it"),
                    Setting.list(
                        "scopes",
                        Kind.words("read", "send", "provision", "deliveries", "admin"),
                        "[read]",
                        "what it may do"),
                    Setting.list(
                        "rooms",
                        Kind.TEXT,
                        "[\"*\"]",
                        "only in these rooms: id, key, alias or name"),
                    Setting.list(
                        "networks", Kind.TEXT, "[]", "only on these networks; empty: all")))));
  }
}
