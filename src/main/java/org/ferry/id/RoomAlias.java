package org.ferry.id;

/**
 * A Matrix room alias, {@code #localpart:server}.
 *
 * @param value the whole alias
 */
public record RoomAlias(String value) implements Comparable<RoomAlias> {
  /** Checks the shape; throws {@link IllegalArgumentException} naming the value. */
  public RoomAlias {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a room alias: " + value.replace('\0', '?'));
    }
  }

  /**
   * Tells whether a string has the shape of an alias.
   *
   * @param value any string
   * @return true where the constructor would accept it
   */
  public static boolean isValid(String value) {
    return value.startsWith("#")
        && value.indexOf(':') > 0
        && !value.endsWith(":")
        && value.indexOf(0) < 0;
  }

  /** The part between the hash sign and the first colon. */
  public String localpart() {
    return value.substring(1, value.indexOf(':'));
  }

  /** The server name, with its port where it has one. */
  public String server() {
    return value.substring(value.indexOf(':') + 1);
  }

  @Override
  public int compareTo(RoomAlias other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
