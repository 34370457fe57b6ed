package org.ferry.source.recount;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.ferry.id.RoomId;
import org.ferry.id.Sha256;
import org.ferry.source.RoomTally;

/** Counts room by room. */
final class Counting implements Iterator<RoomTally> {
  private final Accepted events;

  Counting(Accepted events) {
    this.events = events;
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public RoomTally next() {
    Placed first = events.peek();
    if (first == null) {
      throw new NoSuchElementException();
    }
    Map<String, Long> byType = new TreeMap<>();
    MessageDigest ids = Sha256.digest();
    long count = 0;
    for (Placed e = first; e != null && e.room().equals(first.room()); e = events.peek()) {
      long unused = byType.merge(e.type(), 1L, Long::sum);
      ids.update((e.id() + "\n").getBytes(StandardCharsets.UTF_8));
      count++;
      Placed unusedSame = events.next();
    }
    return new RoomTally(
        new RoomId(first.room()), byType, count, HexFormat.of().formatHex(ids.digest()));
  }
}
