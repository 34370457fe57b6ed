package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/**
 * The quotation that older clients put before a reply. Where the quoted event is not carried
 * because it was taken back, the quotation must go as well, or its text would live on.
 */
final class ReplyFallback {
  private static final Pattern HTML =
      Pattern.compile("<mx-reply>.*?</mx-reply>", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private ReplyFallback() {}

  /** Removes the quotation from a message's content and from its replacement text. */
  static void strip(ObjectNode content) {
    stripOne(content);
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      stripOne(edited);
    }
  }

  private static void stripOne(ObjectNode content) {
    if (content.path("body").isTextual()) {
      content.put("body", plain(content.path("body").textValue()));
    }
    if (content.path("formatted_body").isTextual()) {
      content.put(
          "formatted_body",
          HTML.matcher(content.path("formatted_body").textValue()).replaceAll(""));
    }
  }

  private static String plain(String body) {
    if (!body.startsWith("> ")) {
      return body;
    }
    int at = 0;
    while (body.startsWith(">", at)) {
      int end = body.indexOf('\n', at);
      if (end < 0) {
        return "";
      }
      at = end + 1;
    }
    return body.startsWith("\n", at) ? body.substring(at + 1) : body.substring(at);
  }
}
