package org.ferry.live.watch;

import java.util.List;
import java.util.Map;

/** Numbers about what Ferry holds. Blocks; safe for use by many threads. */
public interface Figures {
  /**
   * One number.
   *
   * @param name which, see the implementation
   * @param labels what it is about within the name; empty where there is one only
   * @param value the number
   */
  record Figure(String name, List<String> labels, double value) {
    /** Copies the list. */
    public Figure {
      labels = List.copyOf(labels);
    }
  }

  /**
   * How the pool of database connections is used.
   *
   * @param open connections that there are
   * @param most that there may be
   * @param busy statements and transactions under way; more than {@code most} wait for a connection
   */
  record Pool(int open, int most, int busy) {}

  /**
   * All numbers, as old as a minute where they are costly; asking often costs no more than asking
   * seldom.
   */
  List<Figure> look();

  /**
   * How many events wait for a key that has not come, by reason. The reasons are a closed list,
   * whatever strangers gave as theirs.
   */
  Map<String, Long> undecryptable();

  /** How the pool of this process is used now; asks nobody. */
  Pool pool();
}
