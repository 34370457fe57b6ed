package org.ferry.source.synapse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.ferry.source.synapse.Json.Malformed;

/**
 * The redaction algorithm of the room versions (specification, "Redactions" of each version): what
 * survives of an event's content. It cuts and never rewrites, so that what survives is as it was.
 */
final class Pruner {
  private final Json json = new Json();
  private final Json inner = new Json();

  /**
   * What is left of a redacted event's content.
   *
   * @param version the room version, such as "10"
   * @param type the event type
   * @param content a JSON object as text
   * @return a JSON object as text; {@code {}} where nothing survives or the content is unreadable
   */
  String prune(String version, String type, String content) {
    int v = number(version);
    if (type.equals("m.room.create") && v >= 11) {
      return content;
    }
    byte[] b = content.getBytes(StandardCharsets.UTF_8);
    try {
      json.read(b, 0, b.length);
      ByteSink out = new ByteSink(256);
      out.put('{');
      for (String key : kept(v, type)) {
        copy(json, b, key, out);
      }
      if (v >= 11 && type.equals("m.room.member")) {
        copySigned(b, out);
      }
      out.put('}');
      return out.toString();
    } catch (Malformed e) {
      return "{}";
    }
  }

  /** The number of a version; experimental ones end in the number they are built upon. */
  static int number(String version) {
    String tail = version.substring(version.lastIndexOf('.') + 1);
    return tail.matches("[0-9]{1,4}") ? Integer.parseInt(tail) : 6;
  }

  private static List<String> kept(int v, String type) {
    return switch (type) {
      case "m.room.member" ->
          v >= 9
              ? List.of("membership", "join_authorised_via_users_server")
              : List.of("membership");
      case "m.room.create" -> List.of("creator");
      case "m.room.join_rules" -> v >= 8 ? List.of("join_rule", "allow") : List.of("join_rule");
      case "m.room.power_levels" -> v >= 11 ? POWER_LEVELS_11 : POWER_LEVELS;
      case "m.room.aliases" -> v <= 5 ? List.of("aliases") : List.of();
      case "m.room.history_visibility" -> List.of("history_visibility");
      case "m.room.redaction" -> v >= 11 ? List.of("redacts") : List.of();
      default -> List.of();
    };
  }

  private static final List<String> POWER_LEVELS =
      List.of(
          "ban",
          "events",
          "events_default",
          "kick",
          "redact",
          "state_default",
          "users",
          "users_default");

  private static final List<String> POWER_LEVELS_11 =
      List.of(
          "ban",
          "events",
          "events_default",
          "invite",
          "kick",
          "redact",
          "state_default",
          "users",
          "users_default");

  private static void copy(Json object, byte[] b, String key, ByteSink out) {
    int m = object.find(key);
    if (m >= 0) {
      if (out.size() > 1) {
        out.put(',');
      }
      out.putAscii("\"" + key + "\":");
      out.put(b, object.start(m), object.end(m));
    }
  }

  /** Of a third-party invitation its signature survives, from version 11. */
  private void copySigned(byte[] b, ByteSink out) throws Malformed {
    int invite = json.find("third_party_invite");
    if (invite < 0 || b[json.start(invite)] != '{') {
      return;
    }
    inner.read(b, json.start(invite), json.end(invite));
    int signed = inner.find("signed");
    if (signed >= 0) {
      out.putAscii((out.size() > 1 ? "," : "") + "\"third_party_invite\":{\"signed\":");
      out.put(b, inner.start(signed), inner.end(signed));
      out.put('}');
    }
  }
}
