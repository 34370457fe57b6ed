package org.ferry.store;

import java.nio.charset.StandardCharsets;

/**
 * A person's id as a word of its own: {@code @bob:old.example} stands neither in {@code
 * @bob:old.example:8448} nor in {@code @bob:old.example.org} nor in {@code @alice@bob:old.example}.
 * Patterns are PostgreSQL's.
 */
final class WholeId {
  /**
   * Whether a text holds it; the id, then {@link #pattern}. The first spares most of the second.
   */
  static final String IN_TEXT = "(position(? in %1$s) > 0 and %1$s ~ ?)";

  /** Whether bytes hold it; the id, then {@link #bytesPattern}. */
  static final String IN_BYTES =
      "(position(convert_to(?, 'UTF8') in %1$s) > 0 and encode(%1$s, 'escape') ~ ?)";

  // A localpart that goes on from another at sign; a name of a server, or a port, that goes on.
  private static final String BEFORE = "(?<!@[A-Za-z0-9._=+-]*)";
  private static final String BEHIND = "(?!-*[A-Za-z0-9]|[.][A-Za-z0-9]|:[0-9])";

  private final String id;

  WholeId(String id) {
    this.id = id;
  }

  String value() {
    return id;
  }

  String pattern() {
    return BEFORE + literal(id) + BEHIND;
  }

  /** The same for what {@code encode(…, 'escape')} makes of bytes, whatever else they hold. */
  String bytesPattern() {
    StringBuilder escaped = new StringBuilder();
    for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
      if (b <= 0) {
        escaped.append("\\%03o".formatted(b & 0xff));
      } else {
        escaped.append(b == '\\' ? "\\\\" : String.valueOf((char) b));
      }
    }
    return BEFORE + literal(escaped.toString()) + BEHIND;
  }

  /** A text that {@code regexp_replace} puts in as it is. */
  static String asReplacement(String text) {
    return text.replace("\\", "\\\\");
  }

  private static String literal(String text) {
    return text.replaceAll("([\\p{Punct}\\p{Space}])", "\\\\$1");
  }
}
