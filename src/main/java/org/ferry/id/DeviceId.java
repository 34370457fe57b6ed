package org.ferry.id;

/**
 * The id of a device of a user; opaque, and unique within that user.
 *
 * @param value the whole id
 */
public record DeviceId(String value) implements Comparable<DeviceId> {
  /** Checks that it is not empty and at most 512 characters; throws IllegalArgumentException. */
  public DeviceId {
    if (value.isEmpty() || value.length() > 512) {
      throw new IllegalArgumentException("not a device id: '" + value + "'");
    }
  }

  @Override
  public int compareTo(DeviceId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
