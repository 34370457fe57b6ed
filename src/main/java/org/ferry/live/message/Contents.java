package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.ferry.id.MxcUri;
import org.ferry.id.Sha256;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a message says: its text and its file.
 *
 * @param msgtype its {@code msgtype}, or the event's type where it has none
 * @param body its text; null for none
 * @param html its text as clean HTML; null for none
 * @param media its file, as consumers see it; null for none
 * @param ref the same, as Ferry fetches it; null for none
 */
record Contents(
    @Nullable String msgtype,
    @Nullable String body,
    @Nullable String html,
    @Nullable ObjectNode media,
    @Nullable MediaRef ref) {
  private static final Set<String> FILES = Set.of("m.image", "m.file", "m.audio", "m.video");
  private static final List<String> POLLS =
      List.of("m.poll.start", "org.matrix.msc3381.poll.start", "m.poll");
  private static final List<String> TEXTS = List.of("m.text", "org.matrix.msc1767.text", "body");
  private static final int ID_BYTES = 16;

  /**
   * Reads what an event says.
   *
   * @param event the event
   * @param said its content, or the new one where it is an edit
   */
  static Contents of(Event event, ObjectNode said) {
    boolean message = event.is("m.room.message");
    String named = said.path("msgtype").textValue();
    String msgtype = message ? named : event.type();
    String body = body(said);
    String html =
        "org.matrix.custom.html".equals(said.path("format").textValue())
            ? said.path("formatted_body").textValue()
            : null;
    if (body != null && event.relation().path("m.in_reply_to").isObject()) {
      body = withoutQuotation(body);
    }
    String clean = html == null ? null : SafeHtml.clean(html);
    MediaRef ref = ref(event, said);
    return new Contents(
        msgtype,
        body,
        clean == null || clean.isEmpty() ? null : clean,
        ref == null ? null : media(ref, said),
        ref);
  }

  private static @Nullable String body(ObjectNode said) {
    String body = said.path("body").textValue();
    if (body != null) {
      return body;
    }
    for (String poll : POLLS) {
      JsonNode question = said.path(poll).path("question");
      for (String text : TEXTS) {
        JsonNode asked = question.path(text);
        JsonNode first = asked.isArray() ? asked.path(0).path("body") : asked;
        if (first.isTextual()) {
          return first.textValue();
        }
      }
    }
    JsonNode text = said.path("m.text").path(0).path("body");
    return text.isTextual() ? text.textValue() : said.path("org.matrix.msc1767.text").textValue();
  }

  /** Older clients begin a reply with what is replied to, each line marked. */
  private static String withoutQuotation(String body) {
    if (!body.startsWith("> <@") && !body.startsWith("> * <@")) {
      return body;
    }
    List<String> lines = Arrays.asList(body.split("\n", -1));
    int i = 0;
    while (i < lines.size() && lines.get(i).startsWith("> ")) {
      i++;
    }
    boolean blank = i < lines.size() && lines.get(i).isEmpty();
    String rest = String.join("\n", lines.subList(blank ? i + 1 : i, lines.size()));
    return rest.isEmpty() ? body : rest;
  }

  private static @Nullable MediaRef ref(Event event, ObjectNode said) {
    boolean sticker = event.is("m.sticker");
    boolean file = event.is("m.room.message") && FILES.contains(said.path("msgtype").asText(""));
    if (!sticker && !file) {
      return null;
    }
    ObjectNode key = said.path("file") instanceof ObjectNode f ? f : null;
    String url = (key == null ? said : key).path("url").textValue();
    MxcUri uri = url == null ? null : MxcUri.parse(url).orElse(null);
    if (uri == null) {
      return null;
    }
    JsonNode info = said.path("info");
    String name = said.path("filename").textValue();
    return new MediaRef(
        id(event, uri),
        uri,
        key,
        info.path("mimetype").textValue(),
        name == null && file ? said.path("body").textValue() : name,
        number(info.path("size")),
        event.release().room(),
        event.release().seenBy());
  }

  private static String id(Event event, MxcUri uri) {
    String of = event.release().room() + "\n" + event.release().event() + "\n" + uri;
    byte[] hash = Arrays.copyOf(Sha256.of(of), ID_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }

  private static ObjectNode media(MediaRef ref, ObjectNode said) {
    JsonNode info = said.path("info");
    JsonNode audio = said.path("org.matrix.msc1767.audio");
    long duration = number(info.path("duration"));
    ObjectNode media =
        Json.object()
            .put("id", ref.id())
            // Links are made for each reader.
            .putNull("url")
            .putNull("expires_at")
            .put("mimetype", ref.mimetype())
            .put("filename", ref.filename());
    put(media, "size", ref.size());
    ObjectNode unused = media.putNull("sha256");
    put(media, "width", number(info.path("w")));
    put(media, "height", number(info.path("h")));
    put(media, "duration_ms", duration < 0 ? number(audio.path("duration")) : duration);
    if (said.has("org.matrix.msc3245.voice") || said.has("m.voice")) {
      unused = media.put("voice", true);
    }
    JsonNode waveform = audio.path("waveform");
    if (waveform.isArray() && waveform.valueStream().allMatch(JsonNode::isIntegralNumber)) {
      unused = media.set("waveform", waveform);
    }
    return media;
  }

  private static void put(ObjectNode media, String field, long value) {
    ObjectNode unused = value < 0 ? media.putNull(field) : media.put(field, value);
  }

  /** A whole number that is not negative, else -1. */
  private static long number(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0
        ? value.longValue()
        : -1;
  }
}
