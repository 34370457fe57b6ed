package org.ferry.live.sending;

import org.ferry.id.EventId;

/**
 * An event that was sent.
 *
 * @param event its id
 * @param repeated whether the key had been given before
 */
public record Sent(EventId event, boolean repeated) {}
