package org.ferry.id;

/**
 * A Matrix event id of any room version: {@code $opaque:server} or {@code $hash}.
 *
 * @param value the whole id
 */
public record EventId(String value) {
  /** Checks the shape; throws {@link IllegalArgumentException} naming the value. */
  public EventId {
    if (!value.startsWith("$") || value.length() < 2) {
      throw new IllegalArgumentException("not an event id: " + value);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
