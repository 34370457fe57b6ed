package org.ferry.config;

import java.util.List;
import org.ferry.config.Entry.Named;
import org.ferry.config.Entry.Section;
import org.ferry.config.Entry.Setting;

/**
 * The part of {@link Schema} that speaks of what is carried: from where, who, which rooms and how.
 */
final class CarryingKeys {
  private CarryingKeys() {}

  static Section identities() {
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

  static Section rooms() {
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

  static Section replay() {
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

  static Named sources() {
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
}
