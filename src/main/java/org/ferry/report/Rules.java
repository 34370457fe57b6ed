package org.ferry.report;

import java.util.Map;

/** The rules by which events are left out, as words for people. */
final class Rules {
  private static final Map<String, String> KEYS =
      Map.ofEntries(
          Map.entry("redacted", "redacted"),
          Map.entry("redaction", "redaction"),
          Map.entry("redacts nothing", "redaction"),
          Map.entry("encrypted", "encrypted"),
          Map.entry("no key", "nokey"),
          Map.entry("room is carried without its history", "shell"),
          Map.entry("never carried: m.room.create", "created"),
          Map.entry("never carried: m.room.aliases", "aliases"),
          Map.entry("never carried: m.room.third_party_invite", "invite"),
          Map.entry("never carried: m.room.retention", "retention"),
          Map.entry("superseded", "superseded"),
          Map.entry("sender is not carried", "sender"),
          Map.entry("member is not carried", "member"),
          Map.entry("alias", "alias"),
          Map.entry("links to a room that is not carried", "link"),
          Map.entry("kept out of the Space", "space"),
          Map.entry("taken back already", "same"),
          Map.entry("by rule", "any"),
          Map.entry("state of a reused room", "reused"),
          Map.entry("the same state as before", "same"),
          Map.entry("the same reaction by the same person", "same"));

  private Rules() {}

  /** The rule's sentence in words. */
  static String sentence(Words words, String reason) {
    String key = reason.startsWith("relation: ") ? "relation" : KEYS.get(reason);
    return key == null ? words.of("rule.other", reason) : words.of("rule." + key);
  }
}
