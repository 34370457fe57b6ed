package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A device whose keys were checked: ids and signature are right, and the keys are those that were
 * seen first.
 *
 * @param ref whose and which
 * @param curve25519 its identity key, unpadded base64
 * @param ed25519 its signing key, unpadded base64
 * @param keys its device keys as the homeserver gave them, with all signatures
 * @param gone whether the homeserver does not list it any more; its keys stay bound to its id
 */
public record Device(
    DeviceRef ref, String curve25519, String ed25519, ObjectNode keys, boolean gone) {
  /** The same, listed or not. */
  Device listed(boolean is) {
    return gone == !is ? this : new Device(ref, curve25519, ed25519, keys, !is);
  }
}
