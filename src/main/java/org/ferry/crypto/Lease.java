package org.ferry.crypto;

/**
 * The sole right to write for a device. Each write names its epoch; once somebody else has claimed,
 * it fails with {@link FencedOutException}.
 *
 * @param epoch grows with each claim
 */
public record Lease(long epoch) {}
