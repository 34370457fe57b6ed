package org.ferry.migrate.rewrite;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.regex.Pattern;

/**
 * The quotation that older clients put before a reply: {@code > <@who:server> text} in the plain
 * body and an {@code <mx-reply>} element in the formatted one. Where what was quoted has been taken
 * back, the quotation must go as well, or its text would live on; and in edits always, which
 * clients show without it.
 *
 * <p>A quotation that the author wrote does not name anybody and stays.
 */
final class ReplyFallback {
  private static final String OPEN = "<mx-reply";
  private static final String CLOSE = "</mx-reply";

  /** The first line as clients write it, also behind the star of an edit and for an emote. */
  private static final Pattern QUOTED = Pattern.compile("(?:\\* ?)?> (?:\\* )?<[^>\\n]{1,600}>");

  private ReplyFallback() {}

  /** Removes the quotation from a message's content and from its replacement text. */
  static void strip(ObjectNode content) {
    stripOne(content);
    if (content.get("m.new_content") instanceof ObjectNode edited) {
      stripOne(edited);
    }
  }

  private static void stripOne(ObjectNode content) {
    boolean marked = false;
    if (content.path("formatted_body").isTextual()) {
      String html = content.path("formatted_body").textValue();
      String rest = html(html);
      marked = rest.length() != html.length();
      content.put("formatted_body", rest);
    }
    if (content.path("body").isTextual()) {
      String body = content.path("body").textValue();
      if (marked || QUOTED.matcher(body).lookingAt()) {
        content.put("body", plain(body));
      }
    }
  }

  /** Without every quotation; one that is never closed takes the rest with it, as in a browser. */
  private static String html(String html) {
    int open = find(html, OPEN, 0);
    if (open < 0) {
      return html;
    }
    StringBuilder rest = new StringBuilder(html.length());
    int at = 0;
    while (open >= 0) {
      rest.append(html, at, open);
      int close = find(html, CLOSE, open);
      int end = close < 0 ? -1 : html.indexOf('>', close);
      if (end < 0) {
        return rest.toString();
      }
      at = end + 1;
      open = find(html, OPEN, at);
    }
    return rest.append(html, at, html.length()).toString();
  }

  private static int find(String html, String tag, int from) {
    int at = html.indexOf('<', from);
    while (at >= 0 && !html.regionMatches(true, at, tag, 0, tag.length())) {
      at = html.indexOf('<', at + 1);
    }
    return at;
  }

  private static String plain(String body) {
    int at = body.startsWith("* >") ? 2 : body.startsWith("*>") ? 1 : 0;
    while (body.startsWith(">", at)) {
      int end = body.indexOf('\n', at);
      if (end < 0) {
        return "";
      }
      at = end + 1;
    }
    return body.startsWith("\n", at) && at > 0 ? body.substring(at + 1) : body.substring(at);
  }
}
