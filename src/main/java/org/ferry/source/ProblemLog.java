package org.ferry.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The problems met so far. Of each sort the first hundred are kept one by one and the rest as a
 * number, so that a source with a million broken rows is told in a page. Safe for several threads.
 */
public final class ProblemLog {
  private static final int KEPT = 100;

  private final List<Problem> kept = new ArrayList<>();
  private final Map<String, Integer> bySort = new LinkedHashMap<>();

  /**
   * Notes a problem.
   *
   * @param sort what is counted together, such as a table's name
   * @param problem what it is
   */
  public synchronized void add(String sort, Problem problem) {
    if (bySort.merge(sort, 1, Integer::sum) <= KEPT) {
      kept.add(problem);
    }
  }

  /** The problems so far, and of sorts with very many how many more there are. */
  public synchronized List<Problem> list() {
    List<Problem> all = new ArrayList<>(kept);
    bySort.forEach((sort, count) -> {
      if (count > KEPT) {
        all.add(
            new Problem(
                sort, (count - KEPT) + " more of the same sort", "only the first are listed"));
      }
    });
    return List.copyOf(all);
  }
}
