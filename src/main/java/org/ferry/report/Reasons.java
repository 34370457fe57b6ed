package org.ferry.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why something could not be carried. What servers and Ferry say is English and for those who look
 * after them; a sentence for everybody else stands before it where the cause is one that is known.
 */
final class Reasons {
  /** What a homeserver answers begins with its status and the code of the Matrix specification. */
  private static final Pattern ANSWER = Pattern.compile("(?:^|: |\\()([1-5]\\d\\d) (M_[A-Z_]+)?");

  private final Words words;
  private final Html html;

  Reasons(Words words, Html html) {
    this.words = words;
    this.html = html;
  }

  /** A reason as text: in words for people where there are some, then as it was said. */
  static String told(Words words, String reason) {
    String key = key(words, reason);
    return key == null ? reason : words.of(key) + " " + reason;
  }

  /** Writes a reason: in words for people where there are some, then as it was said. */
  void write(String reason) {
    String key = key(words, reason);
    if (key != null) {
      html.text(words.of(key) + " ");
    }
    html.raw(key == null ? "<span lang=\"en\">" : "<span class=\"soft\" lang=\"en\">");
    html.name(reason).raw("</span>");
  }

  private static @Nullable String key(Words words, String reason) {
    if (reason.contains("media store") || reason.contains("does not know the file")) {
      return "why.file";
    }
    Matcher answer = ANSWER.matcher(reason);
    if (!answer.find()) {
      return null;
    }
    String code = "why." + answer.group(2);
    if (words.has(code)) {
      return code;
    }
    return answer.group(1).startsWith("5") ? "why.fault" : null;
  }
}
