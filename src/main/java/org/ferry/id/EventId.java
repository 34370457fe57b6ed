package org.ferry.id;

import java.util.Optional;

/**
 * A Matrix event id of any room version: {@code $opaque:server} or {@code $hash}.
 *
 * <p>People write ids into messages: what holds a NUL, which no database column takes, is none.
 *
 * @param value the whole id
 */
public record EventId(String value) {
  /** Checks the shape; throws {@link IllegalArgumentException} naming the value. */
  public EventId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not an event id: " + value.replace('\0', '?'));
    }
  }

  private static boolean isValid(String value) {
    return value.length() > 1 && value.charAt(0) == '$' && value.indexOf(0) < 0;
  }

  /**
   * Reads an id from text that anybody may have written.
   *
   * @param text any string
   * @return the id, or empty where the text has not the shape of one
   */
  public static Optional<EventId> parse(String text) {
    return isValid(text) ? Optional.of(new EventId(text)) : Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
