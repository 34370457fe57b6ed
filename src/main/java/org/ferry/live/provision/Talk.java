package org.ferry.live.provision;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.live.provision.ProvisionException.Kind;
import org.ferry.live.sending.Outgoing;
import org.ferry.live.sending.Sending;
import org.ferry.live.sending.Sent;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is said on somebody's behalf. Every method blocks and throws as {@link People} does, and
 * what {@link Sending} throws. Safe for use by many threads.
 */
public final class Talk {
  private static final String MESSAGE = "m.room.message";

  private final Sending sending;
  private final Service service;
  private final Rooms rooms;
  private final Function<UserId, Optional<Intent>> accounts;
  private final Uploads uploads;

  /**
   * Talk in the rooms of one homeserver.
   *
   * @param sending stays the caller's
   * @param door the way to the homeserver
   * @param rooms where people talk
   * @param accounts the ways of the accounts that Ferry follows; empty for anybody else
   */
  public Talk(
      Sending sending, ServiceDoor door, Rooms rooms, Function<UserId, Optional<Intent>> accounts) {
    this.sending = sending;
    this.service = new Service(door);
    this.rooms = rooms;
    this.accounts = accounts;
    this.uploads = new Uploads(rooms);
  }

  /**
   * What is to be said.
   *
   * @param text in plain words
   * @param html the same with marks; null for none
   * @param replyTo the event that it answers; null for none
   * @param media a file; null for none
   * @param clientRef what the application knows it by; handed back with the event
   */
  public record Saying(
      @Nullable String text,
      @Nullable String html,
      @Nullable String replyTo,
      @Nullable Attachment media,
      @Nullable String clientRef) {}

  /**
   * Sends a message, once for each key.
   *
   * @param key a room's key or id
   * @param as who says it
   * @param idempotency the caller's key
   */
  public Sent say(String key, UserId as, Saying saying, String idempotency) {
    RoomId room = rooms.open(key);
    check(saying);
    Attachment media = saying.media();
    if (media == null) {
      return sending.send(
          new Outgoing(as, room, MESSAGE, content(saying, Json.object()), idempotency));
    }
    // A file that comes again is uploaded again, and under another address; it is the same message.
    String same = Json.text(content(saying, Uploads.fingerprint(media)));
    ObjectNode content =
        content(saying, uploads.put(room, media, new Voice(as, accounts, service)));
    return sending.send(new Outgoing(as, room, MESSAGE, content, idempotency, same));
  }

  private static void check(Saying saying) {
    String text = saying.text();
    if (saying.media() == null && (text == null || text.isBlank())) {
      throw new ProvisionException(Kind.INVALID, "a message has text, media or both");
    }
  }

  private static ObjectNode content(Saying saying, ObjectNode file) {
    String text = saying.text() == null ? "" : saying.text();
    ObjectNode content = Json.object();
    Attachment media = saying.media();
    if (media == null) {
      content.put("msgtype", "m.text").put("body", text);
    } else {
      attach(content, media, file, text);
    }
    if (saying.html() != null) {
      content.put("format", "org.matrix.custom.html").put("formatted_body", saying.html());
    }
    if (saying.replyTo() != null) {
      content
          .putObject("m.relates_to")
          .putObject("m.in_reply_to")
          .put("event_id", saying.replyTo());
    }
    // Null without one, all the same: its being there tells that Ferry was given the message.
    return content.put("org.ferry.client_ref", saying.clientRef());
  }

  private static void attach(ObjectNode content, Attachment media, ObjectNode file, String text) {
    String kind = media.mimetype().split("/", 2)[0];
    String type =
        switch (kind) {
          case "image", "audio", "video" -> "m." + kind;
          default -> "m.file";
        };
    content
        .put("msgtype", type)
        .put("body", text.isBlank() ? media.filename() : text)
        .put("filename", media.filename());
    content.setAll(file.deepCopy());
    ObjectNode info = content.withObjectProperty("info").put("mimetype", media.mimetype());
    Attachment.Shape shape = media.shape();
    put(info, "w", shape.width());
    put(info, "h", shape.height());
    put(info, "duration", shape.milliseconds());
  }

  private static void put(ObjectNode info, String name, @Nullable Integer value) {
    if (value != null) {
      info.put(name, value);
    }
  }

  /** Says that somebody types, or has stopped. */
  public void typing(String key, UserId as, boolean typing) {
    RoomId room = rooms.open(key);
    String path =
        "/_matrix/client/v3/rooms/%s/typing/%s".formatted(escape(room.value()), escape(as.value()));
    ObjectNode body = Json.object().put("typing", typing);
    if (typing) {
      body.put("timeout", 30_000);
    }
    Voice voice = new Voice(as, accounts, service);
    var unused = voice.ask(as, intent -> intent.call(HttpMethod.PUT, path, body));
  }

  private static String escape(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
