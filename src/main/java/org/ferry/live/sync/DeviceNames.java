package org.ferry.live.sync;

import java.security.SecureRandom;
import org.ferry.id.DeviceId;

/** Names of Ferry's devices. */
final class DeviceNames {
  /** What the owner of an account sees. */
  static final String SHOWN = "Ferry";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final int LENGTH = 10;

  private DeviceNames() {}

  /** An id that no device has or ever had. */
  static DeviceId fresh() {
    StringBuilder id = new StringBuilder("FERRY");
    for (int i = 0; i < LENGTH; i++) {
      StringBuilder unused = id.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return new DeviceId(id.toString());
  }
}
