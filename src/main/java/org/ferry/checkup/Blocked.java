package org.ferry.checkup;

import java.util.List;

/**
 * History would not arrive as it was, so nothing is begun. The message says why, and the remedy.
 */
public final class Blocked extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Blocked(List<Finding> findings) {
    super(
        "history would not arrive as it was, so nothing was begun. ferry doctor looks at everything.\n"
            + String.join("\n", findings.stream().flatMap(f -> Words.lines(f).stream()).toList()));
  }
}
