package org.ferry.source.synapse;

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
import org.jspecify.annotations.Nullable;

/** Counts rooms out of rows that come room by room, holding one room's counts at a time. */
final class Tallies implements Iterator<RoomTally> {
  private final Iterator<StagedRow> rows;
  private @Nullable String room;
  private @Nullable String type;
  private @Nullable String id;

  /**
   * Counts.
   *
   * @param rows rows of {@link StagedView#ORDER}, each valid until the next
   */
  Tallies(Iterator<StagedRow> rows) {
    this.rows = rows;
    advance();
  }

  @Override
  public boolean hasNext() {
    return room != null;
  }

  @Override
  public RoomTally next() {
    String current = room;
    if (current == null) {
      throw new NoSuchElementException();
    }
    Map<String, Long> byType = new TreeMap<>();
    MessageDigest hash = Sha256.digest();
    long events = 0;
    while (current.equals(room)) {
      byType.merge(String.valueOf(type), 1L, Long::sum);
      hash.update((id + "\n").getBytes(StandardCharsets.UTF_8));
      events++;
      advance();
    }
    return new RoomTally(
        new RoomId(current), byType, events, HexFormat.of().formatHex(hash.digest()));
  }

  private void advance() {
    if (!rows.hasNext()) {
      room = null;
      return;
    }
    StagedRow row = rows.next();
    room = row.text(0);
    type = row.text(1);
    id = row.text(2);
  }
}
