package org.ferry.live.sending;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.live.message.Draft;
import org.ferry.live.sending.Letter.Refusal;

/**
 * Keeps messages on their way. What a method has written survives a crash. Safe for use by many
 * threads and processes.
 */
public interface Letters {
  /**
   * A message that was posted.
   *
   * @param letter as it is kept
   * @param fresh false where its key was there before
   */
  record Posted(Letter letter, boolean fresh) {}

  /**
   * Accepts a message. One that failed and comes again waits again.
   *
   * @param out the message
   * @param txn its transaction id, unless its key was there before
   * @throws KeyReused where its key belongs to another message
   */
  Posted post(Outgoing out, String txn);

  /** The message of a key. */
  Optional<Letter> find(String key);

  /**
   * The messages that are due, the oldest first; of each room the first ones.
   *
   * @param except no messages of these rooms
   * @param each how many of a room at most
   * @param limit how many at most
   */
  List<Letter> due(Collection<RoomId> except, int each, int limit);

  /**
   * Notes that a message is about to be given to the homeserver.
   *
   * @param epoch of the process that leads
   * @param device by which device
   * @return false where another process leads by now
   */
  boolean trying(long pk, long epoch, DeviceId device);

  /** It is an event; its content is forgotten. */
  void sent(long pk, EventId event);

  /**
   * It is refused for good, and that is told; in one transaction, and nothing happens where it
   * waits no more.
   *
   * @param told what is told
   * @param at when
   */
  void failed(long pk, Refusal refusal, Draft told, Instant at);

  /**
   * It waits, and so do later ones of the same sender and room.
   *
   * @param pause how long
   * @param why in words
   */
  void later(long pk, Duration pause, String why);

  /** Forgets what was settled before a time, keys included. */
  int forget(Instant before);
}
