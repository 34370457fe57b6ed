package org.ferry.crypto;

import java.time.Instant;

/**
 * That a new Olm session with a device is wanted or was made, at most one an hour.
 *
 * @param senderKey the device's identity key
 * @param device whose and which, as far as it is known
 * @param at when it was found that no session opens what came
 * @param wanted whether the new session is still to be made
 */
public record Unwedging(String senderKey, DeviceRef device, Instant at, boolean wanted) {}
