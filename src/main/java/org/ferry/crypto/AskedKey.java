package org.ferry.crypto;

import java.time.Instant;
import org.ferry.id.DeviceId;

/**
 * A room key that another device of the same user asks this one for.
 *
 * @param by the device that asks
 * @param id the request's id, as that device says
 * @param ref the session
 * @param at when it came
 */
public record AskedKey(DeviceId by, String id, SessionRef ref, Instant at) {}
