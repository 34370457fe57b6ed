package org.ferry.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.ferry.id.Sha256;

/** Makes the bytes of a post: {@code {"type","timestamp","data"}}. */
public final class Envelope {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String DATA = "data";

  private Envelope() {}

  /**
   * What posts say of files.
   *
   * @param links to them
   * @param until when a link ends
   * @param inline whether the files themselves have a place in them
   */
  record Files(MediaLinks links, Instant until, boolean inline) {}

  /** The bytes of a post that names no file. */
  public static byte[] bytes(Message message, long seq) {
    return bytes(message, seq, new Files(MediaLinks.none(), message.at(), false));
  }

  /**
   * The bytes that are signed, kept and sent.
   *
   * @param message what it says
   * @param seq its place among the messages of its room that this endpoint gets, from 1
   * @param files what it says of a file
   */
  static byte[] bytes(Message message, long seq, Files files) {
    ObjectNode data = message.data().deepCopy().put("room_seq", seq);
    if (data.get("media") instanceof ObjectNode media && media.hasNonNull("id")) {
      Optional<MediaLinks.Link> link = files.links().link(media.path("id").asText(), files.until());
      media.put("url", link.map(MediaLinks.Link::url).orElse(null));
      media.put("expires_at", link.map(l -> l.expires().toString()).orElse(null));
      if (files.inline()) {
        media.putNull(DATA);
      }
    }
    ObjectNode body =
        JSON.createObjectNode()
            .put("type", message.type())
            .put("timestamp", message.at().truncatedTo(ChronoUnit.MILLIS).toString());
    body.set("data", data);
    return written(body);
  }

  private static byte[] written(JsonNode body) {
    try {
      return JSON.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** The file that a body names: its id for {@link Enclosures}. */
  static String fileOf(Buffer body) {
    return media(read(body)).path("id").asText();
  }

  /**
   * A body with the file that it names.
   *
   * @param body as {@link #bytes} made it
   * @param file the bytes, in the clear
   */
  static Buffer enclose(Buffer body, byte[] file) {
    JsonNode tree = read(body);
    if (media(tree) instanceof ObjectNode media) {
      media.put("sha256", Sha256.hex(file));
      media.put(DATA, file);
    }
    return Buffer.buffer(written(tree));
  }

  private static JsonNode media(JsonNode body) {
    return body.path("data").path("media");
  }

  private static JsonNode read(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("a body that was written can be read", e);
    }
  }
}
