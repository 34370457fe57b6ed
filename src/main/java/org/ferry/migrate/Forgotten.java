package org.ferry.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/**
 * Content of which the text was forgotten: {@code {"org.ferry.forgotten": keyed hash}}, and of
 * state what rooms are made of, as a redaction would leave it.
 */
public final class Forgotten {
  /** The key whose value is a keyed hash of the content that was there. */
  public static final String KEY = "org.ferry.forgotten";

  /** How such content begins; what is written by {@link #kept} and by no homeserver. */
  public static final String BEGINS = "{\"" + KEY + "\":";

  /** What the remedy is, for messages. */
  public static final String REMEDY =
      "its text was forgotten (ferry forget); ferry analyze SOURCE --with-content brings it back";

  private static final Pattern ERASED = Pattern.compile("erased-[0-9a-f]{12}");

  private static final Map<String, List<String>> STRUCTURE =
      Map.ofEntries(
          Map.entry(
              "m.room.create",
              List.of(
                  "creator",
                  "room_version",
                  "type",
                  "predecessor",
                  "m.federate",
                  "additional_creators")),
          Map.entry("m.room.member", List.of("membership", "is_direct")),
          Map.entry("m.room.join_rules", List.of("join_rule", "allow")),
          Map.entry(
              "m.room.power_levels",
              List.of(
                  "users",
                  "users_default",
                  "events",
                  "events_default",
                  "state_default",
                  "ban",
                  "kick",
                  "redact",
                  "invite")),
          Map.entry("m.room.history_visibility", List.of("history_visibility")),
          Map.entry("m.room.guest_access", List.of("guest_access")),
          Map.entry("m.room.encryption", List.of("algorithm")),
          Map.entry("m.room.tombstone", List.of("replacement_room")),
          Map.entry("m.room.canonical_alias", List.of("alias", "alt_aliases")),
          Map.entry("m.space.child", List.of("via")),
          Map.entry("m.space.parent", List.of("via", "canonical")));

  private Forgotten() {}

  /** True where the text of this content was forgotten. */
  public static boolean is(String content) {
    return content.startsWith(BEGINS);
  }

  /**
   * What stays of a content.
   *
   * @param type the event's type
   * @param state whether it is state
   * @param content what is forgotten
   * @param hash keyed, of the content
   * @return the content to keep
   */
  public static String kept(String type, boolean state, String content, String hash) {
    ObjectNode kept = Json.object().put(KEY, hash);
    if (state) {
      try {
        JsonNode all = Json.parseObject(content);
        for (String key : STRUCTURE.getOrDefault(type, List.of())) {
          if (all.has(key)) {
            kept.set(key, all.get(key));
          }
        }
      } catch (IllegalArgumentException e) {
        // What cannot be read holds no structure either.
      }
    }
    return Json.text(kept);
  }

  /**
   * Whether an id is a made-up one, under which somebody who was erased keeps their places. There
   * is no such person on any server, and nobody wishes for anything that has to do with them.
   *
   * @param user an id on the source or on the destination
   */
  public static boolean isErased(UserId user) {
    return ERASED.matcher(user.localpart()).matches();
  }
}
