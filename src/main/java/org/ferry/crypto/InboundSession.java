package org.ferry.crypto;

import org.ferry.crypto.vodozemac.MegolmInbound;
import org.ferry.id.RoomId;

/**
 * A Megolm session of the store, lent out: close it when it was used. For any number of threads,
 * which wait for each other.
 */
public final class InboundSession implements AutoCloseable {
  private final RoomId room;
  private final String sessionId;
  private final MegolmInbound megolm;
  private final RoomKeyInfo info;
  private final Runnable giveBack;

  /**
   * A session that a store lends.
   *
   * @param room the room it belongs to
   * @param sessionId its id
   * @param megolm the session, which stays the store's
   * @param info what is known of it
   * @param giveBack run once it was closed
   */
  public InboundSession(
      RoomId room, String sessionId, MegolmInbound megolm, RoomKeyInfo info, Runnable giveBack) {
    this.room = room;
    this.sessionId = sessionId;
    this.megolm = megolm;
    this.info = info;
    this.giveBack = giveBack;
  }

  /** The room it belongs to; an event of another room must not be read with it. */
  public RoomId room() {
    return room;
  }

  /** Its id. */
  public String sessionId() {
    return sessionId;
  }

  /** What is known of it. */
  public RoomKeyInfo info() {
    return info;
  }

  /** The session itself, until this is closed; never closed by who borrows it. */
  public MegolmInbound megolm() {
    return megolm;
  }

  /** Gives it back. */
  @Override
  public void close() {
    giveBack.run();
  }
}
