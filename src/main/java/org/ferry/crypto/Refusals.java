package org.ferry.crypto;

import java.time.Instant;

/**
 * That a to-device message was refused.
 *
 * @param times how often
 * @param since when it was refused first
 */
public record Refusals(int times, Instant since) {}
