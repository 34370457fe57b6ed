package org.ferry.migrate.verify;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is not as it should be.
 *
 * @param kind what is compared: count, order, sender, time, type, content, redaction, membership,
 *     state, media, source, waiting, failed, unexpected or space
 * @param what the old event, room, user or file that it is about
 * @param expected what should be, shortened; null where nothing should
 * @param found what is, shortened; null where nothing is
 */
public record Difference(
    String kind, String what, @Nullable String expected, @Nullable String found) {
  private static final int SHOWN = 300;

  /** Shortens long values. */
  public Difference {
    expected = shorten(expected);
    found = shorten(found);
  }

  private static @Nullable String shorten(@Nullable String text) {
    return text == null || text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  @Override
  public String toString() {
    return "%s: %s: expected %s, found %s".formatted(kind, what, expected, found);
  }
}
