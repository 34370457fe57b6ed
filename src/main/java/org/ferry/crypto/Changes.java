package org.ferry.crypto;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Collects what one turn of a machine changes; of each row the last change counts. */
final class Changes {
  private final Map<Object, CryptoChange> byRow = new LinkedHashMap<>();

  void add(CryptoChange change) {
    var unused = byRow.put(change.row(), change);
  }

  boolean has(Object row) {
    return byRow.containsKey(row);
  }

  /** How many rows of a kind are changed so. */
  long count(Predicate<CryptoChange> which) {
    return byRow.values().stream().filter(which).count();
  }

  boolean isEmpty() {
    return byRow.isEmpty();
  }

  /** What was collected; from now on it collects anew. */
  List<CryptoChange> drain() {
    List<CryptoChange> all = List.copyOf(byRow.values());
    byRow.clear();
    return all;
  }
}
