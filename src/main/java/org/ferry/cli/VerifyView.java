package org.ferry.cli;

import java.util.ArrayList;
import java.util.List;
import org.ferry.migrate.verify.Difference;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.migrate.verify.VerifyReport.RoomVerdict;

/** What a verification found, for a person. */
final class VerifyView {
  private static final int SHOWN = 5;

  private VerifyView() {}

  static List<String> lines(VerifyReport report) {
    List<String> lines = new ArrayList<>();
    report.general().forEach(d -> lines.add("different: " + d));
    long carried = 0;
    long late = 0;
    for (RoomVerdict room : report.rooms()) {
      carried += room.found();
      late += room.late();
      if (room.count() > 0) {
        lines.add("%s (%s): %,d differences".formatted(room.name(), room.old(), room.count()));
        for (Difference difference : room.differences().stream().limit(SHOWN).toList()) {
          lines.add("  " + difference);
        }
        if (room.count() > SHOWN) {
          lines.add(
              "  and %,d more; ferry verify --json lists them".formatted(room.count() - SHOWN));
        }
      }
    }
    lines.add(
        "%,d events in %,d rooms and %,d files compared, %,d late: %s"
            .formatted(
                carried,
                report.rooms().size(),
                report.media(),
                late,
                report.differences() == 0
                    ? "everything is as it was"
                    : "%,d differences".formatted(report.differences())));
    return lines;
  }
}
