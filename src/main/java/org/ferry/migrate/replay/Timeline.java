package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MessagesPage;
import org.jspecify.annotations.Nullable;

/** A room of the destination from its first event to its newest, page by page. For one thread. */
public final class Timeline implements Iterator<ObjectNode> {
  private static final int PAGE = 500;

  /** Servers may give empty pages in between; one that gives nothing else has come to an end. */
  private static final int EMPTY_PAGES = 100;

  private final Intent reader;
  private final RoomId room;
  private final Deque<ObjectNode> page = new ArrayDeque<>();
  private final Set<String> newest = new HashSet<>();
  private @Nullable String from;
  private int empty;
  private boolean over;

  /**
   * Begins at the first event.
   *
   * @param reader a member of the room
   * @param room the room
   */
  public Timeline(Intent reader, RoomId room) {
    this.reader = reader;
    this.room = room;
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !over) {
      read();
    }
    return !page.isEmpty();
  }

  private void read() {
    MessagesPage next = reader.messages(room, from, 'f', PAGE);
    Set<String> before = Set.copyOf(newest);
    empty = next.chunk().isEmpty() ? empty + 1 : 0;
    if (empty == 0) {
      newest.clear();
    }
    for (ObjectNode event : next.chunk()) {
      String id = event.path("event_id").asText();
      newest.add(id);
      if (!before.contains(id)) {
        page.add(event);
      }
    }
    String end = next.end();
    over = end == null || end.equals(from) || empty > EMPTY_PAGES;
    from = end == null ? from : end;
  }

  /**
   * Reads on where the room ended, once the end was reached.
   *
   * @return whether there is more by now
   */
  public boolean resume() {
    over = false;
    empty = 0;
    return hasNext();
  }

  @Override
  public ObjectNode next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.removeFirst();
  }
}
