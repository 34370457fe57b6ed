package org.ferry.live.provision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.ferry.crypto.keys.EncryptedFile;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.live.provision.Attachment.Given;
import org.ferry.live.provision.Attachment.Uploaded;
import org.ferry.matrix.client.MediaBody;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Puts files of messages on the homeserver: encrypted, where their room is. */
final class Uploads {
  private final Rooms rooms;

  /**
   * Uploads.
   *
   * @param rooms knows which are encrypted
   */
  Uploads(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * Puts a file where it can be read from.
   *
   * @param voice who speaks: an account uploads for itself, for everybody else the bot does. Whose
   *     file it is makes no difference to who reads it
   * @return what the event says of it: {@code url}, or {@code file} where it is encrypted; both
   *     with {@code info.size}
   */
  ObjectNode put(RoomId room, Attachment media, Voice voice) {
    return switch (media.content()) {
      case Uploaded there -> said(there.url(), there.size());
      case Given given -> given(room, media, given.bytes().getBytes(), voice);
    };
  }

  private ObjectNode given(RoomId room, Attachment media, byte[] bytes, Voice voice) {
    if (!rooms.isEncrypted(room, voice)) {
      MxcUri url = upload(bytes, media.mimetype(), media.filename(), voice);
      return said(url, (long) bytes.length);
    }
    ByteArrayOutputStream sealed = new ByteArrayOutputStream(bytes.length);
    ObjectNode file;
    try {
      file = EncryptedFile.encrypt(new ByteArrayInputStream(bytes), sealed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The homeserver is told neither what it is nor how it is called.
    MxcUri url = upload(sealed.toByteArray(), "application/octet-stream", null, voice);
    ObjectNode said = Json.object();
    JsonNode unused = said.set("file", file.put("url", url.toString()));
    said.putObject("info").put("size", bytes.length);
    return said;
  }

  private static ObjectNode said(MxcUri url, @Nullable Long size) {
    ObjectNode said = Json.object().put("url", url.toString());
    ObjectNode info = said.putObject("info");
    if (size != null) {
      info.put("size", size);
    }
    return said;
  }

  private MxcUri upload(byte[] bytes, String type, @Nullable String name, Voice voice) {
    MediaBody body = new MediaBody(bytes.length, type, name, () -> new ByteArrayInputStream(bytes));
    return voice.ask(rooms.bot(), intent -> intent.upload(body));
  }

  /** What tells a file from another one before either is anywhere. */
  static ObjectNode fingerprint(Attachment media) {
    return switch (media.content()) {
      case Uploaded there -> said(there.url(), there.size());
      case Given given -> Json.object().put("sha256", Sha256.hex(given.bytes().getBytes()));
    };
  }
}
