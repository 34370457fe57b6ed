package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MessagesPage;

/** Looks in a room for a message that may have been sent. */
final class Search {
  /** The clocks of two machines may differ by this. */
  private static final Duration MARGIN = Duration.ofHours(1);

  private static final int PAGE = 100;

  private Search() {}

  /**
   * Looks for a message by its mark, back to the time when it was first tried.
   *
   * @param as its sender, who is in the room
   * @param letter the message
   * @param since when it was first tried
   */
  static Optional<EventId> find(Intent as, Letter letter, Instant since) {
    long oldest = since.minus(MARGIN).toEpochMilli();
    String from = null;
    while (true) {
      MessagesPage page = as.messages(letter.out().room(), from, 'b', PAGE);
      boolean older = false;
      for (ObjectNode event : page.chunk()) {
        if (isIt(event, letter)) {
          return Optional.of(new EventId(event.path("event_id").asText()));
        }
        older |= event.path("origin_server_ts").asLong() < oldest;
      }
      String next = page.end();
      if (older || next == null || next.equals(from) || page.chunk().isEmpty()) {
        return Optional.empty();
      }
      from = next;
    }
  }

  private static boolean isIt(ObjectNode event, Letter letter) {
    return event.path("sender").asText().equals(letter.out().as().value())
        && event.path("content").path(Delivery.MARK).asText().equals(letter.txn());
  }
}
