package org.ferry.crypto;

/**
 * That a device was given an outgoing session's key, or told that it gets none.
 *
 * @param device which
 * @param senderKey its identity key at that time; empty where it is to be given the key again
 * @param index from which message on it can read; -1 where it was refused
 * @param withheld the code by which it was refused; empty where it was given the key
 */
public record Share(DeviceRef device, String senderKey, long index, String withheld) {
  /** Whether it was given the key, and has perhaps never opened it. */
  boolean mayBeLost() {
    return withheld.isEmpty() && senderKey.isEmpty();
  }
}
