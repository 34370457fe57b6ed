package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MessagesPage;
import org.jspecify.annotations.Nullable;

/** A room of the destination from its newest event to its first, page by page. For one thread. */
public final class Backwards implements Iterator<ObjectNode> {
  private static final int PAGE = 500;

  /** Servers may give empty pages in between; one that gives nothing else has come to an end. */
  private static final int EMPTY_PAGES = 100;

  private final Intent reader;
  private final RoomId room;
  private final int limit;
  private final Deque<ObjectNode> page = new ArrayDeque<>();
  private final Set<String> tokens = new HashSet<>();
  private @Nullable String from;
  private int empty;
  private boolean over;

  /**
   * Begins at the newest event.
   *
   * @param reader a member of the room
   * @param room the room
   */
  public Backwards(Intent reader, RoomId room) {
    this(reader, room, PAGE);
  }

  /** As above, with at most so many events in a page. */
  Backwards(Intent reader, RoomId room, int limit) {
    this.reader = reader;
    this.room = room;
    this.limit = limit;
  }

  /** What is left of a page, or the next one that holds anything; empty at the end. */
  List<ObjectNode> page() {
    if (!hasNext()) {
      return List.of();
    }
    List<ObjectNode> rest = List.copyOf(page);
    page.clear();
    return rest;
  }

  @Override
  public boolean hasNext() {
    while (page.isEmpty() && !over) {
      MessagesPage next = reader.messages(room, from, 'b', limit);
      page.addAll(next.chunk());
      from = next.end();
      empty = next.chunk().isEmpty() ? empty + 1 : 0;
      // A token that comes again would lead round and round.
      over = from == null || !tokens.add(from) || empty > EMPTY_PAGES;
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
