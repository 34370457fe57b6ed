package org.ferry.id;

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
    if (!value.startsWith("!") || value.length() < 2) {
      throw new IllegalArgumentException("not a room id: " + value);
    }
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
