package org.ferry.id;

/**
 * A Matrix user id, {@code @localpart:server} (specification, appendix "User identifiers").
 *
 * <p>Historical ids are accepted: any localpart without a colon, an empty one included.
 *
 * @param value the whole id
 */
public record UserId(String value) implements Comparable<UserId> {
  /** Checks the shape; throws {@link IllegalArgumentException} naming the value. */
  public UserId {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a user id: " + value.replace('\0', '?'));
    }
  }

  /**
   * Makes the id of a user of a server.
   *
   * @param localpart the part before the colon, without the at sign
   * @param server the server name
   * @return the id
   */
  public static UserId of(String localpart, String server) {
    return new UserId("@" + localpart + ":" + server);
  }

  /**
   * Tells whether a string has the shape of a user id.
   *
   * @param value any string
   * @return true where the constructor would accept it
   */
  public static boolean isValid(String value) {
    return value.startsWith("@")
        && value.indexOf(':') >= 1
        && !value.endsWith(":")
        && value.indexOf(0) < 0;
  }

  /** The part between the at sign and the first colon. */
  public String localpart() {
    return value.substring(1, value.indexOf(':'));
  }

  /** The server name, with its port where it has one. */
  public String server() {
    return value.substring(value.indexOf(':') + 1);
  }

  @Override
  public int compareTo(UserId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
