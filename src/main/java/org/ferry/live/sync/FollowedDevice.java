package org.ferry.live.sync;

import org.ferry.matrix.client.Intent;

/** A followed user's device: made where there is none yet, found where there is one. */
interface FollowedDevice {
  /**
   * Makes the device ready.
   *
   * @return the user, acting as the device
   * @throws Halted where somebody has to do something first
   * @throws org.ferry.matrix.client.HomeserverFailure where the homeserver does not answer
   */
  Intent ready();

  /** What somebody gave for it, as it is now: where that changes, {@link #ready} may do better. */
  default Object given() {
    return "";
  }
}
