package org.ferry.migrate.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The differences found in one room; beyond a thousand they are only counted. */
final class Findings {
  private static final int KEPT = 1000;

  private final List<Difference> kept = new ArrayList<>();
  private long count;

  void add(String kind, String what, @Nullable String expected, @Nullable String found) {
    count++;
    if (kept.size() < KEPT) {
      kept.add(new Difference(kind, what, expected, found));
    }
  }

  List<Difference> kept() {
    return List.copyOf(kept);
  }

  long count() {
    return count;
  }
}
