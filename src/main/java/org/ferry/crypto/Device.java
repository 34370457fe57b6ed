package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A device whose keys were checked: ids and signature are right, and the keys are those that were
 * seen first.
 *
 * @param ref whose and which
 * @param curve25519 its identity key, unpadded base64
 * @param ed25519 its signing key, unpadded base64
 * @param keys its device keys as the homeserver gave them, with all signatures
 * @param goneAt since when the homeserver does not list it any more, as far as Ferry has asked; its
 *     keys stay bound to its id. Null while it does
 */
public record Device(
    DeviceRef ref, String curve25519, String ed25519, ObjectNode keys, @Nullable Instant goneAt) {
  /** Whether the homeserver does not list it any more. */
  public boolean gone() {
    return goneAt != null;
  }

  /** The same, which is not listed any more. */
  Device goneSince(Instant at) {
    return new Device(ref, curve25519, ed25519, keys, at);
  }

  /** Whether it was not listed any more at a time. */
  boolean wasGone(Instant at) {
    return goneAt != null && !at.isBefore(goneAt);
  }
}
