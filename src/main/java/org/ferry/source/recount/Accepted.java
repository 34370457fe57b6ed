package org.ferry.source.recount;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The events in order, each once, without those that are left out. */
final class Accepted implements Iterator<Placed>, AutoCloseable {
  private final Sorted.Merged all;
  private final Ids leftOut;
  private @Nullable Placed head;

  Accepted(Sorted.Merged all, Ids leftOut) {
    this.all = all;
    this.leftOut = leftOut;
    advance("");
  }

  private void advance(String before) {
    head = null;
    while (head == null && all.hasNext()) {
      Placed next = all.next();
      // A row may stand in a dump twice.
      if (!next.id().equals(before) && isAnEvent(next) && !leftOut.contains(next.id())) {
        head = next;
      }
    }
  }

  private static boolean isAnEvent(Placed row) {
    return row.id().startsWith("$") && row.room().startsWith("!") && row.room().length() > 1;
  }

  /** The next one, without taking it; null at the end. */
  @Nullable Placed peek() {
    return head;
  }

  @Override
  public boolean hasNext() {
    return head != null;
  }

  @Override
  public Placed next() {
    Placed event = head;
    if (event == null) {
      throw new NoSuchElementException();
    }
    advance(event.id());
    return event;
  }

  @Override
  public void close() {
    all.close();
  }
}
