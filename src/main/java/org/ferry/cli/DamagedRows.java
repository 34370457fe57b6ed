package org.ferry.cli;

import java.util.List;

/** Names what does not open in the database. */
final class DamagedRows {
  private static final int MOST = 20;

  private DamagedRows() {}

  /**
   * Names some of them; nothing where there is none.
   *
   * @param session where it is said
   * @param rows what they held, in words
   * @param remedy what came of them, and what to do
   */
  static void tell(Session session, List<String> rows, String remedy) {
    if (rows.isEmpty()) {
      return;
    }
    session.tell(
        "%,d of what the database holds does not open: its rows were changed or damaged."
            .formatted(rows.size()));
    rows.stream().limit(MOST).forEach(row -> session.tell("  " + row));
    if (rows.size() > MOST) {
      session.tell("  and %,d more".formatted(rows.size() - MOST));
    }
    session.tell(remedy);
  }
}
