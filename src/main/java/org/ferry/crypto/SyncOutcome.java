package org.ferry.crypto;

import java.util.Set;

/**
 * What became of one {@link SyncInput}; all of it is committed.
 *
 * @param handled how many to-device events had an effect or were rightly without one
 * @param rejected how many were thrown away; {@link OlmMachine#incidents} says why
 * @param newKeys the room keys that came, or became better
 */
public record SyncOutcome(int handled, int rejected, Set<SessionRef> newKeys) {
  /** Copies the set. */
  public SyncOutcome {
    newKeys = Set.copyOf(newKeys);
  }
}
