package org.ferry.crypto;

import org.ferry.id.UserId;

/**
 * That somebody refuses a room key. It counts only for events of who says so, or of who names one
 * of their devices.
 *
 * @param ref the session
 * @param sender who says so
 * @param senderKey the Curve25519 key of the device that made the session, as they say; may be
 *     empty
 * @param code {@code m.blacklisted} and so on, as it came
 * @param reason the words with it, at most 500 characters
 */
public record Withheld(
    SessionRef ref, UserId sender, String senderKey, String code, String reason) {}
