package org.ferry.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people and programs ask and order of the outbox. Safe for use by many threads. */
public interface Desk {
  /**
   * Where an endpoint stands.
   *
   * @param name its name
   * @param on whether it is delivered to
   * @param reason why not
   * @param waiting deliveries that wait
   * @param oldest when the oldest of them was made; null for none
   * @param delivered how many were, of those that are still kept
   * @param failed how many were given up
   * @param failingSince since when every attempt failed; null where the last one did not
   * @param lastSuccess when a delivery was taken last; null for never
   * @param lastError what failed last; null for nothing
   * @param pos up to which position of the log of messages it was served
   */
  record Standing(
      String name,
      boolean on,
      @Nullable String reason,
      long waiting,
      @Nullable Instant oldest,
      long delivered,
      long failed,
      @Nullable Instant failingSince,
      @Nullable Instant lastSuccess,
      @Nullable String lastError,
      long pos) {
    /** That of an endpoint which was never served. */
    public static Standing fresh(String name) {
      return new Standing(name, true, null, 0, null, 0, 0, null, null, null, 0);
    }
  }

  /**
   * A delivery, for people.
   *
   * @param id {@code webhook-id}
   * @param endpoint its name
   * @param room the room
   * @param event the event it speaks of; empty for none
   * @param type such as {@code message.created}
   * @param message its position in the log
   * @param replay whether it was asked for again
   * @param state {@code waiting}, {@code delivered}, {@code failed} or {@code again}: it was given
   *     up and then replayed
   * @param attempts how many were made
   * @param made when it was made
   * @param log what came of each attempt, the oldest first
   * @param due when the next attempt is; null for none
   * @param hasText whether its body is still there
   * @param trace names what its event came with; empty for none
   * @param place where it stands in its lane
   */
  record Dossier(
      String id,
      String endpoint,
      String room,
      String event,
      String type,
      long message,
      boolean replay,
      String state,
      int attempts,
      Instant made,
      List<String> log,
      @Nullable Instant due,
      boolean hasText,
      String trace,
      long place) {
    /** Where it stands among those of its endpoint. */
    public Position position() {
      return new Position(message, replay, place);
    }
  }

  /**
   * Where a delivery stands among those of its endpoint, in the order of messages.
   *
   * @param message its position in the log
   * @param replay whether it was asked for again
   * @param place where it stands in its lane
   */
  record Position(long message, boolean replay, long place) {
    /** Behind all of them. */
    public static final Position LATEST = new Position(Long.MAX_VALUE, true, Long.MAX_VALUE);
  }

  /** All endpoints that were ever served, by name. */
  List<Standing> standings();

  /** Deliveries that were given up, the newest first; of one endpoint, or null for all. */
  List<Dossier> failed(@Nullable String endpoint, int limit);

  /**
   * Deliveries of an endpoint, the newest first.
   *
   * @param endpoint its name
   * @param state only those that stand so; null for all
   * @param before only those that are older
   * @param limit how many at most
   */
  List<Dossier> newest(String endpoint, @Nullable String state, Position before, int limit);

  /** The deliveries of an event, or the one with an id. */
  List<Dossier> about(String eventOrId);

  /**
   * Delivers again what was made from a time on: delivered or given up, with the same ids.
   *
   * @param endpoint its name
   * @param since from when on
   * @param room only of this one; null for all
   * @return how many, and how many have no text any more
   */
  Replayed replay(String endpoint, Instant since, @Nullable String room);

  /**
   * What came of an order to replay.
   *
   * @param again how many are delivered again
   * @param gone how many cannot be, because their text was forgotten
   */
  record Replayed(long again, long gone) {}

  /** How many deliveries that an endpoint took are no longer kept, and cannot be replayed. */
  long removed(String endpoint);

  /**
   * Switches an endpoint on; it goes on with the oldest that waits.
   *
   * @return false where there is none of that name
   */
  boolean enable(String endpoint);

  /** The row of an endpoint, by name. */
  Optional<Integer> key(String endpoint);
}
