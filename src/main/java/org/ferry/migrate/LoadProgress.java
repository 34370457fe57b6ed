package org.ferry.migrate;

/**
 * How far a load is.
 *
 * @param phase what is being taken over: people, rooms, events, …
 * @param rows rows of this phase so far
 */
public record LoadProgress(String phase, long rows) {}
