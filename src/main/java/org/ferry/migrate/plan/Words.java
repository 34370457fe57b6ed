package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The words of a plan file. */
final class Words {
  private Words() {}

  /** How an enum constant is written. */
  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The constant that a word stands for, or empty. */
  static <E extends Enum<E>> Optional<E> find(Class<E> type, String word) {
    return List.of(type.getEnumConstants()).stream().filter(e -> of(e).equals(word)).findFirst();
  }

  /** Every word of an enum. */
  static <E extends Enum<E>> List<String> all(Class<E> type) {
    return List.of(type.getEnumConstants()).stream().map(Words::of).toList();
  }

  /** The valid word that is nearest to a mistaken one, or empty where none is near. */
  static Optional<String> nearest(String word, Collection<String> valid) {
    String best = null;
    int least = 1 + Math.min(3, word.length() / 2);
    for (String candidate : new ArrayList<>(valid)) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  private static int distance(String a, String b) {
    if (a.length() > 40) {
      return Integer.MAX_VALUE;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = corner + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        corner = above;
      }
    }
    return row[b.length()];
  }
}
