package org.ferry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.app.ExpectedRate;
import org.ferry.migrate.replay.Rehearsal;

/** What a migration would write, for a person. */
final class RehearsalView {
  private RehearsalView() {}

  /** The lines; accounts is true where people get accounts that they log in to. */
  static List<String> lines(
      Rehearsal.Outcome outcome, Optional<ExpectedRate> rate, boolean accounts) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Would make %,d people and %,d rooms, send %,d events and %,d redactions, upload %,d files (%,d bytes). Nothing was written."
            .formatted(
                outcome.people(),
                outcome.rooms(),
                outcome.events(),
                outcome.redactions(),
                outcome.files(),
                outcome.fileBytes()));
    if (outcome.inClear() + outcome.placeholders() > 0) {
      lines.add(
          "  of these, %,d encrypted messages in clear and %,d placeholders for want of a key"
              .formatted(outcome.inClear(), outcome.placeholders()));
    }
    if (outcome.inDoubt() > 0) {
      lines.add(
          "  besides, %,d events are in doubt: they are looked for in their rooms, and sent where they are not there"
              .formatted(outcome.inDoubt()));
    }
    lines.add(
        "Would make %,d aliases, move %,d from an earlier destination%s, and set %,d things that people kept for themselves (direct chats%s)."
            .formatted(
                outcome.aliases(),
                outcome.aliasesMoved(),
                outcome.aliasesLeft() == 0
                    ? ""
                    : " (%,d stay there without --take-aliases)".formatted(outcome.aliasesLeft()),
                outcome.settings(),
                accounts ? ", tags, push rules, ignored people, read markers" : ""));
    outcome
        .skipped()
        .forEach((reason, n) -> lines.add("  left out by rule: %,d %s".formatted(n, reason)));
    outcome
        .failing()
        .forEach((reason, n) -> lines.add("  could not be carried: %,d, %s".formatted(n, reason)));
    rate.ifPresent(r ->
        lines.add(
            "At the %.0f events/s %s that takes about %s."
                .formatted(
                    r.eventsPerSecond(),
                    r.of(),
                    duration((long) (outcome.events() / r.eventsPerSecond())))));
    return lines;
  }

  private static String duration(long seconds) {
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }
}
