package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalLong;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Where a file is that a message names.
 *
 * @param id what consumers know it by: nobody can guess it, or tell from it where the file is
 * @param uri its address
 * @param file what opens it where it is encrypted: the {@code EncryptedFile} object of the
 *     client-server API (key, iv, hashes, v); null where it is in the clear
 * @param mimetype as its sender says; null where not said
 * @param filename as its sender says, which may be anything; null where not said
 * @param size in bytes as its sender says; negative where not said
 * @param room whose room it was sent to
 * @param reader which followed user the event came to, who may read it; null for Ferry's bot
 */
public record MediaRef(
    String id,
    MxcUri uri,
    @Nullable ObjectNode file,
    @Nullable String mimetype,
    @Nullable String filename,
    long size,
    RoomId room,
    @Nullable UserId reader) {
  /** How many bytes its sender says it has. */
  public OptionalLong said() {
    return size < 0 ? OptionalLong.empty() : OptionalLong.of(size);
  }

  /** As it is kept. */
  public String json() {
    ObjectNode json = Json.object().put("uri", uri.toString()).put("room", room.value());
    if (file != null) {
      json.set("file", file);
    }
    return Json.text(
        json.put("mimetype", mimetype)
            .put("filename", filename)
            .put("size", size)
            .put("reader", reader == null ? null : reader.value()));
  }

  /**
   * As it was kept.
   *
   * @param id what consumers know it by
   * @param json what {@link #json()} made
   */
  public static MediaRef of(String id, String json) {
    ObjectNode kept = Json.parseObject(json);
    String reader = kept.path("reader").textValue();
    return new MediaRef(
        id,
        MxcUri.parse(kept.path("uri").asText()).orElseThrow(),
        kept.path("file") instanceof ObjectNode file ? file : null,
        kept.path("mimetype").textValue(),
        kept.path("filename").textValue(),
        kept.path("size").asLong(-1),
        new RoomId(kept.path("room").asText()),
        reader == null ? null : new UserId(reader));
  }
}
