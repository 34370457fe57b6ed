package org.ferry.config;

import java.util.List;
import org.ferry.config.Entry.Items;
import org.ferry.config.Entry.Section;
import org.ferry.config.Entry.Setting;
import org.ferry.webhook.Endpoint;

/**
 * The part of {@link Schema} that speaks of live conversations: who is followed, and who is told.
 */
final class LiveKeys {
  private LiveKeys() {}

  static Items accounts() {
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
                        "user ids, * stands for anything; none are accepted by default"),
                    Setting.list(
                        "rooms",
                        Kind.TEXT,
                        "[\"*\"]",
                        "to which rooms: id, or alias or name as the invitation tells them"))),
            Setting.list(
                "rooms", Kind.TEXT, "[\"*\"]", "rooms that are followed: id, alias or name")));
  }

  static Items networks() {
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
                "users who stand for its people, also on other servers; the first * is the"
                    + " person's id there"),
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

  static Section encryption() {
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

  static Items webhooks() {
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
            Setting.list("rooms", Kind.TEXT, "[\"*\"]", "only these rooms: id, alias or name"),
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
            Setting.of(
                "media_inline",
                Kind.size(Endpoint.MOST_INLINE),
                "0",
                "files of at most this size are in the posts too, as media.data; 0: links alone"),
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

  static Section api() {
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
                "its address as seen from outside, which links to media begin with; null: where it"
                    + " listens"),
            Setting.list(
                "cors_origins",
                Kind.ORIGIN,
                "[]",
                "origins of browsers that may call it, such as https://app.example.org"),
            Setting.of(
                "rate_limit",
                Kind.number(0, 1_000_000),
                "1200",
                "requests of each token in a minute to each process, a minute's worth at once; 0"
                    + " for no limit"),
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
                    Setting.list("networks", Kind.TEXT, "[]", "only on these networks; empty: all"),
                    Setting.list(
                        "accounts",
                        Kind.USER,
                        "[]",
                        "of the people of accounts, for whom it may speak")))));
  }
}
