package org.ferry.matrix.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Sanitizer.Kind;
import org.ferry.matrix.event.Sanitizer.UnfixableException;

/**
 * Trims a content until it fits: first the formatted bodies go, then bodies are cut. In an edit the
 * body outside is only the fallback of old clients and is cut before the one inside.
 */
final class Trimmer {
  private static final String MARKER = " […]";
  private static final String NEW_CONTENT = "m.new_content";

  private final Repairs repairs;
  private final int budget;

  Trimmer(Repairs repairs, int budget) {
    this.repairs = repairs;
    this.budget = budget;
  }

  void trim(ObjectNode content) {
    if (excess(content) <= 0) {
      return;
    }
    ObjectNode inner = content.get(NEW_CONTENT) instanceof ObjectNode o ? o : null;
    dropFormatted(content, "");
    if (inner != null) {
      dropFormatted(inner, NEW_CONTENT + ".");
    }
    cutBody(content, content, "");
    if (inner != null) {
      cutBody(content, inner, NEW_CONTENT + ".");
    }
    int excess = excess(content);
    if (excess > 0) {
      throw new UnfixableException(
          "the content is " + excess + " bytes larger than an event may be, without its text");
    }
  }

  private int excess(ObjectNode content) {
    return Utf8.length(Json.canonical(content)) - budget;
  }

  private void dropFormatted(ObjectNode content, String where) {
    if (content.remove("formatted_body") != null) {
      JsonNode unused = content.remove("format");
      repairs.add(Kind.FORMATTED_BODY_DROPPED, where + "formatted_body");
    }
  }

  private void cutBody(ObjectNode whole, ObjectNode holder, String where) {
    int excess = excess(whole);
    String body = holder.path("body").textValue();
    if (excess <= 0 || body == null || body.length() <= MARKER.length()) {
      return;
    }
    int room = Utf8.quotedLength(body) - excess - Utf8.quotedLength(MARKER);
    holder.put("body", Utf8.prefix(body, Math.max(0, room)) + MARKER);
    repairs.add(Kind.BODY_CUT, where + "body");
  }
}
