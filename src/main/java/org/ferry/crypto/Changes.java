package org.ferry.crypto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what one turn of a machine changes; of each row the last change counts. */
final class Changes {
  private final Map<Object, CryptoChange> byRow = new LinkedHashMap<>();

  void add(CryptoChange change) {
    var unused = byRow.put(change.row(), change);
  }

  boolean isEmpty() {
    return byRow.isEmpty();
  }

  List<CryptoChange> all() {
    return List.copyOf(byRow.values());
  }
}
