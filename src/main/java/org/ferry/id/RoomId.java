package org.ferry.id;

import java.util.Optional;

/**
 * A Matrix room id: {@code !opaque:server}, or {@code !opaque} since room version 12.
 *
 * <p>The server part says nothing about who owns a room; never read it for that.
 *
 * @param value the whole id
 */
public record RoomId(String value) implements Comparable<RoomId> {
  /** Checks the shape; throws {@link IllegalArgumentException} naming the value. */
  public RoomId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a room id: " + value.replace('\0', '?'));
    }
  }

  private static boolean isValid(String value) {
    return value.length() > 1 && value.charAt(0) == '!' && value.indexOf(0) < 0;
  }

  /**
   * Reads an id from text that anybody may have written.
   *
   * @param text any string
   * @return the id, or empty where the text has not the shape of one
   */
  public static Optional<RoomId> parse(String text) {
    return isValid(text) ? Optional.of(new RoomId(text)) : Optional.empty();
  }

  @Override
  public int compareTo(RoomId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
