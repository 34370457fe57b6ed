package org.ferry.id;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody most likely meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * The candidate closest to what was written, if one is close: at most a third of its letters
   * changed, missing, added or swapped.
   *
   * @param written what somebody wrote
   * @param candidates what there is
   */
  public static Optional<String> to(String written, Collection<String> candidates) {
    String low = fold(written);
    return candidates.stream()
        .filter(c -> distance(low, fold(c)) <= Math.max(1, Math.max(low.length(), c.length()) / 3))
        .min(
            Comparator.<String>comparingInt(c -> distance(low, fold(c)))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Edits between two words; a swap of neighbours counts as one. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swap =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swap) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
