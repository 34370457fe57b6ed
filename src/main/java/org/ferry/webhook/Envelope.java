package org.ferry.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Makes the bytes of a post: {@code {"type","timestamp","data"}}. */
public final class Envelope {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Envelope() {}

  /**
   * The bytes that are signed, kept and sent.
   *
   * @param message what it says
   * @param seq its place among the messages of its room that this endpoint gets, from 1
   * @param links for a file of it
   * @param until when a link ends
   */
  public static byte[] bytes(Message message, long seq, MediaLinks links, Instant until) {
    ObjectNode data = message.data().deepCopy().put("room_seq", seq);
    if (data.get("media") instanceof ObjectNode media && media.hasNonNull("id")) {
      Optional<MediaLinks.Link> link = links.link(media.path("id").asText(), until);
      media.put("url", link.map(MediaLinks.Link::url).orElse(null));
      media.put("expires_at", link.map(l -> l.expires().toString()).orElse(null));
    }
    ObjectNode body =
        JSON.createObjectNode()
            .put("type", message.type())
            .put("timestamp", message.at().truncatedTo(ChronoUnit.MILLIS).toString());
    body.set("data", data);
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }
}
