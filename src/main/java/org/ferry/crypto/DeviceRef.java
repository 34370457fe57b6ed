package org.ferry.crypto;

import org.ferry.id.DeviceId;
import org.ferry.id.UserId;

/**
 * Names one device.
 *
 * @param user whose
 * @param device its id
 */
public record DeviceRef(UserId user, DeviceId device) implements Comparable<DeviceRef> {
  @Override
  public int compareTo(DeviceRef other) {
    int byUser = user.compareTo(other.user);
    return byUser != 0 ? byUser : device.compareTo(other.device);
  }

  @Override
  public String toString() {
    return user + " " + device;
  }
}
