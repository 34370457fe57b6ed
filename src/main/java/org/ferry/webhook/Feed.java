package org.ferry.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The log of live messages, from which deliveries are made. Safe for use by many threads. */
public interface Feed {
  /** The newest position; 0 where there is none. */
  long last();

  /**
   * The last position before a time.
   *
   * @param time by which {@link Message#at()} is meant
   */
  long before(Instant time);

  /**
   * Messages after a position, the oldest first; fewer than there are where they are large
   * together, but never none.
   *
   * @param pos behind which
   * @param limit how many at most
   */
  List<Message> after(long pos, int limit);

  /** The canonical alias of a room, as it is now; empty where it has none. */
  Optional<String> alias(String room);
}
