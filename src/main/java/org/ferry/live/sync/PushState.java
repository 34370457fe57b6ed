package org.ferry.live.sync;

import java.time.Instant;

/**
 * Whether the homeserver pushes what happens.
 *
 * @param open false where it was found that it does not
 * @param detail what is known, and the remedy where it does not
 */
public record PushState(boolean open, String detail) {
  static final PushState UNKNOWN = new PushState(true, "not known yet");

  static final PushState PUSHES = new PushState(true, "the homeserver pushes events");

  static PushState silent(Instant since) {
    return new PushState(
        false,
        "the homeserver has pushed nothing since %s, not even an event of Ferry's own; rooms are read instead, so that nothing is lost. Its log says why (search for appservice); where it waits after an error, restarting it begins anew"
            .formatted(since.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)));
  }
}
