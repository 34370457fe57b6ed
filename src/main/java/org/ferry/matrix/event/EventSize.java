package org.ferry.matrix.event;

/** How large an event may be. */
public final class EventSize {
  /** The most bytes of a whole event in canonical JSON (specification, "Size limits"). */
  public static final int WHOLE_EVENT = 65_536;

  /**
   * What a homeserver adds around a content: ids, hashes, signatures, up to 20 references to events
   * and authorising state, each 44 bytes and more, with the longest names.
   */
  public static final int AROUND_CONTENT = 4_536;

  /** The budget for the content of an ordinary event. */
  public static final int CONTENT_BUDGET = WHOLE_EVENT - AROUND_CONTENT;

  private EventSize() {}
}
