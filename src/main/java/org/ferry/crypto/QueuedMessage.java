package org.ferry.crypto;

import org.jspecify.annotations.Nullable;

/**
 * A to-device request that was made and is kept until it was accepted; it is never encrypted anew.
 *
 * @param request what is sent
 * @param session the room key that it shares; null for other messages
 */
public record QueuedMessage(OutgoingRequest.ToDevice request, @Nullable SessionRef session) {}
