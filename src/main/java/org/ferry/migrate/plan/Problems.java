package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What is wrong with a file, gathered so that a person learns all of it at once. */
final class Problems {
  private static final int MOST = 200;

  private final String file;
  private final TreeMap<Integer, List<String>> byLine = new TreeMap<>();
  private int count;

  Problems(String file) {
    this.file = file;
  }

  void add(int line, String what) {
    if (count++ < MOST) {
      byLine
          .computeIfAbsent(line, l -> new ArrayList<>())
          .add(
              file
                  + ":"
                  + line
                  + ": "
                  + what
                  + (what.endsWith(".") || what.endsWith("?") ? "" : "."));
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Throws where there is any. */
  void raiseIfAny() {
    if (count == 0) {
      return;
    }
    List<String> all = new ArrayList<>();
    byLine.values().forEach(all::addAll);
    if (count > MOST) {
      all.add(file + ": and " + (count - MOST) + " more problems.");
    }
    throw new PlanException(all);
  }

  /** A text of the file as it may be shown in a message. */
  static String quoted(String text) {
    return '"' + Names.shown(text) + '"';
  }
}
