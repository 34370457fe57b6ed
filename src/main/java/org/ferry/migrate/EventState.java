package org.ferry.migrate;

/** What became of an event. */
public enum EventState {
  /** Nothing yet. */
  WAITING,
  /** Intended; whether it arrived is not known. */
  DOUBT,
  /** Sent; the destination's event id is known. */
  CARRIED,
  /** The destination holds it already, as the event of another row. */
  MERGED,
  /** Left out by a rule; the reason says which. */
  SKIPPED,
  /** Could not be carried; the reason says why. The next run tries again. */
  FAILED
}
