package org.ferry.matrix.client;

import java.util.Map;

/** What requests ask for, in few words. */
final class Operations {
  private static final String OTHER = "other";

  /** By the word behind a room's id. */
  private static final Map<String, String> OF_ROOMS =
      Map.of(
          "send", "send",
          "redact", "send",
          "state", "state",
          "messages", "messages",
          "join", "membership",
          "invite", "membership",
          "leave", "membership",
          "kick", "membership",
          "ban", "membership",
          "members", "members");

  /** By the first word behind the version. */
  private static final Map<String, String> OF_ALL =
      Map.ofEntries(
          Map.entry("sync", "sync"),
          Map.entry("keys", "keys"),
          Map.entry("room_keys", "keys"),
          Map.entry("sendToDevice", "to_device"),
          Map.entry("join", "membership"),
          Map.entry("createRoom", "create_room"),
          Map.entry("register", "register"),
          Map.entry("login", "login"),
          Map.entry("profile", "profile"),
          Map.entry("account", "account"),
          Map.entry("media", "media"),
          Map.entry("directory", "directory"));

  private Operations() {}

  /** The operation of an encoded path; {@code other} where it is none of those that are named. */
  static String of(String path) {
    String[] parts = path.split("/", -1);
    if (path.startsWith("/_matrix/media/")) {
      return "media";
    }
    if (!path.startsWith("/_matrix/client/") || parts.length < 5) {
      return path.startsWith("/_synapse/") ? "admin" : OTHER;
    }
    if (!parts[4].equals("rooms")) {
      return OF_ALL.getOrDefault(parts[4], OTHER);
    }
    if (parts.length < 7) {
      return OTHER;
    }
    return OF_ROOMS.getOrDefault(parts[6], OTHER);
  }
}
