package org.ferry.migrate.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.ferry.migrate.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What was found in one room; beyond a thousand of each, and beyond what all rooms share, it is
 * only counted. Used by one thread.
 */
final class Findings {
  private static final int KEPT = 1000;

  private final AtomicInteger room;
  private final List<Difference> kept = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<String> newcomers = new ArrayList<>();
  private long count;
  private long changed;
  private long came;

  /**
   * Findings.
   *
   * @param room how many more may be kept by all rooms together
   */
  Findings(AtomicInteger room) {
    this.room = room;
  }

  void add(Difference difference) {
    count++;
    if (kept.size() < KEPT && room.getAndDecrement() > 0) {
      kept.add(difference);
    }
  }

  void add(Kind kind, String what, @Nullable String expected, @Nullable String found) {
    add(new Difference(kind, what, expected, found));
  }

  void changed(Change change) {
    changed++;
    if (changes.size() < KEPT && room.getAndDecrement() > 0) {
      changes.add(change);
    }
  }

  void newcomer(String user) {
    came++;
    if (newcomers.size() < KEPT) {
      newcomers.add(user);
    }
  }

  List<Difference> kept() {
    return List.copyOf(kept);
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  List<String> newcomers() {
    return List.copyOf(newcomers);
  }

  long count() {
    return count;
  }

  long changed() {
    return changed;
  }

  long came() {
    return came;
  }
}
