package org.ferry.live.watch;

import java.util.List;
import java.util.Map;

/** Numbers about what Ferry holds. Blocks; safe for use by many threads. */
public interface Figures {
  /**
   * One number.
   *
   * @param name which, see the implementation
   * @param label what it is about within the name; empty where there is one only
   * @param value the number
   */
  record Figure(String name, String label, double value) {}

  /** All numbers as they are now; costs a few reads of indexes. */
  List<Figure> look();

  /** How many events wait for a key that has not come, by reason. */
  Map<String, Long> undecryptable();
}
