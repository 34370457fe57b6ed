package org.ferry.webhook;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which headers an endpoint may be given besides those of every post. */
public final class HeaderRules {
  private static final int LONGEST = 8 * 1024;

  /** Belongs to one connection, or is made anew for the next. */
  private static final Set<String> CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private static final Set<String> OF_POSTS =
      Set.of("content-encoding", "content-type", "user-agent");

  private HeaderRules() {}

  /** Whether a header belongs to one connection, and is not handed on to the next. */
  public static boolean isOfConnection(String name) {
    return CONNECTION.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * What is wrong with a header.
   *
   * @param name of it
   * @param value of it; never part of the answer, since it may be a password
   * @return one clause for a person; empty where it may be sent
   */
  public static Optional<String> objection(String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")) {
      return Optional.of("is no name of a header");
    }
    if (isOfConnection(lower)
        || OF_POSTS.contains(lower)
        || lower.startsWith("webhook-")
        || lower.startsWith("ferry-")) {
      return Optional.of("belongs to the connection or to Ferry; choose another name");
    }
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
      return Optional.of("has a value with line breaks or other than plain characters");
    }
    return value.length() > LONGEST
        ? Optional.of("is longer than " + LONGEST + " characters")
        : Optional.empty();
  }

  /** Whether all headers together stay below what servers take. */
  public static boolean fit(Map<String, String> headers) {
    return headers.entrySet().stream()
            .mapToInt(e -> e.getKey().length() + e.getValue().length() + 4)
            .sum()
        <= LONGEST;
  }
}
