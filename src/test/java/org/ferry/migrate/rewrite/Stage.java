package org.ferry.migrate.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.Secret;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;

/** Rewrites single events of a small world. Contents are written with single quotes. */
final class Stage {
  static final UserId BOT = new UserId("@ferry:new.org");
  static final RoomContext V10 =
      new RoomContext(
          "old.org",
          "new.org",
          "10",
          BOT,
          BOT,
          Set.of(),
          false,
          false,
          false,
          true,
          "",
          RoomContext.Encrypted.LEFT);
  static final RoomContext V12 =
      new RoomContext(
          "old.org",
          "new.org",
          "12",
          BOT,
          BOT,
          Set.of(BOT),
          false,
          false,
          false,
          true,
          "",
          RoomContext.Encrypted.LEFT);

  final Known known = Known.world();
  final Origin origin = new Origin("old.org", true, Secret.of("a key"));
  RoomContext room = V10;
  boolean tombstones;

  static Event event(String type, @Nullable String stateKey, String content) {
    return event(type, stateKey, content, null, null);
  }

  static Event event(
      String type,
      @Nullable String stateKey,
      String content,
      @Nullable String redacts,
      @Nullable String redactedBy) {
    return new Event(
        new EventId("$this"),
        Known.ROOM,
        new UserId("@alice:old.org"),
        type,
        stateKey,
        1_500_000_000_000L,
        7,
        9,
        content.replace('\'', '"'),
        redacts == null ? null : new EventId(redacts),
        redactedBy == null ? null : new EventId(redactedBy),
        true);
  }

  Rewritten rewrite(Event event) {
    return new Rewriter(known, origin, tombstones).rewrite(event, room);
  }

  Rewritten rewrite(String type, String content) {
    return rewrite(event(type, null, content));
  }

  Rewritten state(String type, String stateKey, String content) {
    return rewrite(event(type, stateKey, content));
  }

  /**
   * The content that is sent, as compact JSON with single quotes; without the origin, and without
   * the texts that servers insist on and the source lacked (SanitizerTest has those).
   */
  static String sent(Rewritten rewritten) {
    assertThat(rewritten).isInstanceOf(Rewritten.Send.class);
    Rewritten.Send send = (Rewritten.Send) rewritten;
    ObjectNode content = send.content().deepCopy();
    assertThat(content.remove(Origin.KEY)).isNotNull();
    for (String text : Set.of("body", "msgtype")) {
      if (send.repairs().contains("text supplied at " + text)) {
        assertThat(content.remove(text)).isNotNull();
      }
    }
    return Json.text(content).replace('"', '\'');
  }

  String message(String content) {
    return sent(rewrite("m.room.message", content));
  }

  String stateContent(String type, String content) {
    return sent(state(type, "", content));
  }

  /** What a formatted body becomes. */
  String html(String html) {
    return field("formatted_body", html);
  }

  /** What a plain body becomes. */
  String text(String text) {
    return field("body", text);
  }

  private String field(String name, String value) {
    ObjectNode content = Json.object().put(name, value);
    Event plain = event("m.room.message", null, "{}");
    Event event =
        new Event(
            plain.id(),
            plain.room(),
            plain.sender(),
            plain.type(),
            null,
            plain.ts(),
            plain.depth(),
            plain.stream(),
            Json.text(content),
            null,
            null,
            false);
    Rewritten rewritten = rewrite(event);
    assertThat(rewritten).isInstanceOf(Rewritten.Send.class);
    return ((Rewritten.Send) rewritten).content().path(name).asText();
  }
}
