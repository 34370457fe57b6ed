package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.ferry.id.Secret;
import org.ferry.model.Event;

/**
 * The mark that every carried event bears under {@code org.ferry.origin}: openly where it came
 * from, or only a keyed hash of it. The mark is how doubt is resolved.
 */
public final class Origin {
  /** The key in an event's content. */
  public static final String KEY = "org.ferry.origin";

  /** The key in the content of events that exist only to make others possible. */
  public static final String HELPER = "org.ferry.helper";

  private final String server;
  private final boolean open;
  private final Secret key;

  /**
   * Marks for one source.
   *
   * @param server the source's server name
   * @param open true to say where an event came from, false for a keyed hash alone
   * @param key the key of the hash
   */
  public Origin(String server, boolean open, Secret key) {
    this.server = server;
    this.open = open;
    this.key = key;
  }

  /** The mark of an event: {@code {server, room_id, event_id, sender, ts}} or {@code {k}}. */
  public ObjectNode of(Event event) {
    ObjectNode mark = JsonNodeFactory.instance.objectNode();
    if (!open) {
      return mark.put("k", hash(event.id().value()));
    }
    return openly(event);
  }

  /** The open mark of an event, whether such marks are wanted or not. */
  public ObjectNode openly(Event event) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("server", server)
        .put("room_id", event.room().value())
        .put("event_id", event.id().value())
        .put("sender", event.sender().value())
        .put("ts", event.ts());
  }

  /**
   * The mark of a room, in its create event: {@code {server, room_id, space}} or {@code {k}}. It
   * names the Space, because one source may be carried into several.
   */
  public ObjectNode ofRoom(String roomId, String space) {
    ObjectNode mark = JsonNodeFactory.instance.objectNode();
    return open
        ? mark.put("server", server).put("room_id", roomId).put("space", space)
        : mark.put("k", wordOfRoom(roomId, space));
  }

  /** The word by which the mark of a room is recognised. */
  public String wordOfRoom(String roomId, String space) {
    return hash(roomId + '\n' + space);
  }

  /**
   * Reads a mark as a word that {@link #wordOf} gives for the same thing.
   *
   * @param content an event's content
   * @return the word, or empty where the content bears no mark of this source
   */
  public Optional<String> word(JsonNode content) {
    JsonNode mark = content.path(KEY);
    if (mark.path("k").isTextual()) {
      return Optional.of(mark.path("k").textValue());
    }
    if (!server.equals(mark.path("server").asText(null))) {
      return Optional.empty();
    }
    String room = mark.path("room_id").asText("");
    if (mark.has("space")) {
      return Optional.of(wordOfRoom(room, mark.path("space").asText("")));
    }
    String id = mark.path("event_id").asText(room);
    return id.isEmpty() ? Optional.empty() : Optional.of(hash(id));
  }

  /** The word by which the mark of an event or room is recognised, whichever form it has. */
  public String wordOf(String id) {
    return hash(id);
  }

  /** True for events that exist only to make others possible. */
  public static boolean isHelper(JsonNode content) {
    return content.path(HELPER).asBoolean(false);
  }

  private String hash(String id) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      byte[] digest = mac.doFinal((server + '\n' + id).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA256", e);
    }
  }
}
