package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MessagesPage;
import org.jspecify.annotations.Nullable;

/** A room of the destination from its newest event to its first, page by page. For one thread. */
public final class Backwards implements Iterator<ObjectNode> {
  private static final int PAGE = 500;

  private final Intent reader;
  private final RoomId room;
  private final Deque<ObjectNode> page = new ArrayDeque<>();
  private @Nullable String from;
  private boolean over;

  /**
   * Begins at the newest event.
   *
   * @param reader a member of the room
   * @param room the room
   */
  public Backwards(Intent reader, RoomId room) {
    this.reader = reader;
    this.room = room;
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !over) {
      MessagesPage next = reader.messages(room, from, 'b', PAGE);
      page.addAll(next.chunk());
      over = next.end() == null || next.end().equals(from) || next.chunk().isEmpty();
      from = next.end();
    }
    return !page.isEmpty();
  }

  @Override
  public ObjectNode next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return page.removeFirst();
  }
}
