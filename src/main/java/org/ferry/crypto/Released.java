package org.ferry.crypto;

/**
 * An event that waited and was tried again.
 *
 * @param waited what was kept
 * @param outcome what became of it
 */
public record Released(WaitingEvent waited, DecryptOutcome outcome) {}
