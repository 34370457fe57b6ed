package org.ferry.webhook;

/**
 * The deliveries of one room to one endpoint, in order, held by this process for a while.
 *
 * @param key its row
 * @param epoch of the hold; a write that names an older one changes nothing
 * @param done the last place that is finished
 * @param handed the last place that an earlier holder may have sent
 * @param replay whether these are replays
 * @param room for the log
 */
public record Lane(long key, long epoch, long done, long handed, boolean replay, String room) {}
