package org.ferry.live.sync;

import org.ferry.crypto.DeviceRef;

/** Opens the machines of devices. */
@FunctionalInterface
public interface Machines {
  /**
   * The machine of a device, which this process then holds alone.
   *
   * @param device which; one that was never opened gets new keys
   * @return the machine; whoever asked closes it
   * @throws org.ferry.crypto.DeviceBrokenException where the device must not be used
   */
  Machine open(DeviceRef device);
}
