package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ferry.app.Ferry;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.CrossingLedger.Opened;

/** What was carried of encrypted rooms, for a person and for programs. */
final class EncryptedView {
  private EncryptedView() {}

  private static Opened of(Ferry ferry, Crossing crossing) {
    List<CarriedRoom> rooms;
    try (Stream<CarriedRoom> all = ferry.crossings().rooms(crossing.id())) {
      rooms = all.filter(r -> r.detail().contains("\"decrypt\"")).toList();
    }
    long inClear = 0;
    long placeholders = 0;
    for (CarriedRoom room : rooms) {
      Opened opened = ferry.crossings().opened(crossing.id(), room.old());
      inClear += opened.inClear();
      placeholders += opened.placeholders();
    }
    return new Opened(inClear, placeholders);
  }

  /** One line, or none where no encrypted room is carried in clear. */
  static Optional<String> line(Ferry ferry, Crossing crossing) {
    Opened opened = of(ferry, crossing);
    if (opened.inClear() + opened.placeholders() == 0) {
      return Optional.empty();
    }
    String without =
        opened.placeholders() == 0
            ? ""
            : "; for %,d there was no key and a placeholder stands: ferry keys import FILE, then ferry migrate again"
                .formatted(opened.placeholders());
    return Optional.of("  encrypted: %,d carried in clear%s".formatted(opened.inClear(), without));
  }

  /** The same for programs. */
  static void json(ObjectNode json, Ferry ferry, Crossing crossing) {
    Opened opened = of(ferry, crossing);
    json.putObject("encrypted")
        .put("in_clear", opened.inClear())
        .put("placeholders", opened.placeholders());
  }
}
