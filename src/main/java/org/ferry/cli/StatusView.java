package org.ferry.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.app.Accounts;
import org.ferry.app.Carrying;
import org.ferry.app.Destinations;
import org.ferry.app.Ferry;
import org.ferry.app.Listed;
import org.ferry.app.NotBegun;
import org.ferry.app.Webhooks;
import org.ferry.app.Wishes;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.Standing;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.plan.ForeignRoom;

/** Where a crossing stands, in lines for a person; {@link StatusJson} has the same as JSON. */
final class StatusView {
  private static final int SHOWN = 20;
  private static final int SOME = 5;

  private StatusView() {}

  /**
   * Where a crossing stands.
   *
   * @param atWork whether a process is writing to its destination
   */
  static List<String> lines(Standing standing, Ferry ferry, boolean atWork) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s into %s: %s"
            .formatted(
                standing.crossing().server(),
                Destinations.label(ferry, standing.crossing()),
                words(standing)));
    Carrying.rate(ferry, standing.crossing())
        .ifPresent(r -> lines.add(RateLine.of(r, ferry.clock().instant(), atWork)));
    NotBegun notBegun = NotBegun.of(ferry, standing);
    if (notBegun.rooms() > 0) {
      lines.add(
          "  not begun yet: %s of the plan, with %,d messages; ferry migrate carries them"
              .formatted(Units.ROOMS.amount(notBegun.rooms()), notBegun.messages()));
    }
    doubt(standing.events().doubt()).ifPresent(lines::add);
    onPurpose(standing, ferry, lines);
    invitations(standing, ferry, lines);
    List<ForeignRoom> listed = Listed.of(ferry, standing.crossing());
    listed.stream()
        .limit(SHOWN)
        .forEach(r ->
            lines.add("  listed, not carried: %s %s".formatted(Shown.inLine(r.name()), r.link())));
    more(listed.size(), "listed, not carried", lines);
    lines.addAll(takenBack(ferry.crossings().undo().takenBack(standing.crossing().id()), standing));
    EncryptedView.line(ferry, standing.crossing()).ifPresent(lines::add);
    standing
        .skipped()
        .forEach((reason, n) -> lines.add("  left out by rule: %,d %s".formatted(n, reason)));
    settings(standing.settings()).ifPresent(lines::add);
    // Invitations have lines of their own above.
    List<Standing.Failure> left =
        standing.left().stream().filter(f -> !f.kind().equals("invitation")).toList();
    left.stream().limit(SHOWN).forEach(f -> lines.add("  left as it is: " + line(f)));
    more(left.size(), "left as it is", lines);
    failures(standing, lines);
    return lines;
  }

  /** What it means that the outcome of events is not known, and what becomes of them. */
  static Optional<String> doubt(long events) {
    return events == 0
        ? Optional.empty()
        : Optional.of(
            "  in doubt: %s may have reached the homeserver, whose answer is not noted. A run that goes on notes it in a moment; after one that was cut off, the next ferry migrate looks for them in their rooms and sends only what is not there"
                .formatted(Units.EVENTS.amount(events)));
  }

  private static void more(int all, String what, List<String> lines) {
    if (all > SHOWN) {
      lines.add("  %s: %,d more; ferry status --json lists them".formatted(what, all - SHOWN));
    }
  }

  static List<Standing.Failure> left(Standing standing, String kind) {
    return standing.left().stream().filter(f -> f.kind().equals(kind)).toList();
  }

  /** A run for a part is done when that part is: the totals above are of the whole rooms. */
  private static void onPurpose(Standing standing, Ferry ferry, List<String> lines) {
    long open = open(standing);
    if (open == 0) {
      return;
    }
    Wishes.asked(ferry, standing)
        .ifPresent(asked -> {
          lines.add(
              "  the last run was asked for %,d of these events (%s): %,d have an outcome, %,d wait"
                  .formatted(
                      asked.events(),
                      asked.how(),
                      asked.events() - asked.waiting(),
                      asked.waiting()));
          if (open > asked.waiting()) {
            lines.add(
                "  left waiting on purpose by the last run: %,d events; a run without %s carries them"
                    .formatted(open - asked.waiting(), asked.how()));
          }
        });
  }

  static long open(Standing standing) {
    return standing.events().waiting() + standing.events().doubt();
  }

  /** All where they are few, else some of each kind. */
  private static void failures(Standing standing, List<String> lines) {
    long all = standing.failed().values().stream().mapToLong(Long::longValue).sum();
    int each = all <= SHOWN ? SHOWN : SOME;
    Map<String, List<Standing.Failure>> kinds =
        standing.failures().stream()
            .collect(
                Collectors.groupingBy(
                    Standing.Failure::kind, LinkedHashMap::new, Collectors.toList()));
    kinds.forEach((kind, failures) -> {
      failures.stream().limit(each).forEach(f -> lines.add("  failed: " + line(f)));
      long more = standing.failed().getOrDefault(kind, 0L) - Math.min(each, failures.size());
      if (more > 0) {
        lines.add(
            "  failed: %,d more of the kind %s; ferry status --json lists up to a thousand of each"
                .formatted(more, kind));
      }
    });
  }

  private static void invitations(Standing standing, Ferry ferry, List<String> lines) {
    List<Invitation> all = invitations(standing, ferry);
    long sent = all.stream().filter(i -> i.reason() == null).count();
    if (!all.isEmpty()) {
      lines.add(
          all.size() == sent
              ? "  members of third servers: %,d invited".formatted(sent)
              : "  members of third servers: %,d invited, %,d could not be, which the next run tries again; ferry status --json lists them"
                  .formatted(sent, all.size() - sent));
    }
    Map<String, List<Invitation>> failed =
        all.stream()
            .filter(i -> i.reason() != null)
            .collect(
                Collectors.groupingBy(
                    i -> i.invitee().server(), TreeMap::new, Collectors.toList()));
    failed.forEach((server, list) ->
        lines.add(
            "  not invited: %,d on %s: %s"
                .formatted(list.size(), server, list.getFirst().reason())));
  }

  static List<Invitation> invitations(Standing standing, Ferry ferry) {
    try (Stream<Invitation> rows = ferry.crossings().invitations(standing.crossing().id())) {
      return rows.toList();
    }
  }

  /** Who is at work, or how to go on where nobody is and something waits. */
  static Optional<String> worker(
      Optional<CrossingLedger.Worker> worker, List<Standing> standings, Instant now) {
    if (worker.isPresent()) {
      CrossingLedger.Worker w = worker.get();
      Duration age = Duration.between(w.since(), now);
      return Optional.of(
          "ferry %s is at work: process %d on %s, for %s"
              .formatted(
                  w.command(),
                  w.pid(),
                  w.host(),
                  PlainProgress.time(age.isNegative() ? Duration.ZERO : age)));
    }
    boolean waits =
        standings.stream().anyMatch(s -> s.events().waiting() > 0 || s.events().doubt() > 0);
    return waits
        ? Optional.of("nothing is being carried at the moment; go on with: ferry migrate")
        : Optional.empty();
  }

  /** How long ago the homeserver sent Ferry something. */
  static String live(Ferry ferry) {
    return ferry
        .lastLiveEvent()
        .map(at ->
            "last live event: %s ago (%s)"
                .formatted(
                    PlainProgress.time(Duration.between(at, ferry.clock().instant())),
                    at.truncatedTo(ChronoUnit.SECONDS)))
        .orElse("last live event: none yet; ferry run receives them");
  }

  /** How the accounts stand whose conversations are followed, and the bot where that is amiss. */
  static List<String> accounts(Ferry ferry) {
    return new Accounts(ferry)
        .list().stream()
            .filter(
                a -> a.kind().equals("account") || a.state().equals("stopped") || a.isUnsigned())
            .flatMap(a -> AccountsListCommand.lines(a).stream())
            .toList();
  }

  /** How deliveries stand, an endpoint in a line. */
  static List<String> webhooks(Ferry ferry) {
    Instant now = ferry.clock().instant();
    return new Webhooks(ferry)
        .list().stream()
            .flatMap(line -> WebhooksListCommand.lines(line, now).stream())
            .map("webhook "::concat)
            .toList();
  }

  private static Optional<String> settings(Map<String, Long> settings) {
    return settings.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "  settings of people: "
                + settings.entrySet().stream()
                    .map(e -> "%,d %s".formatted(e.getValue(), e.getKey()))
                    .collect(Collectors.joining(", ")));
  }

  /** Rooms that were taken back and are not carried again, in a line; those half taken back too. */
  private static List<String> takenBack(List<TakenBack> rooms, Standing standing) {
    List<String> lines = new ArrayList<>();
    List<TakenBack> done = rooms.stream().filter(t -> isAway(t, standing)).toList();
    if (!done.isEmpty()) {
      lines.add(
          "  rolled back: %s (%s); ferry migrate carries them anew"
              .formatted(Units.ROOMS.amount(done.size()), done.getLast().at()));
    }
    rooms.stream()
        .filter(t -> !t.done())
        .forEach(
            t -> lines.add("  half taken back: %s; run ferry rollback again".formatted(t.old())));
    return lines;
  }

  static boolean isAway(TakenBack room, Standing standing) {
    return room.done()
        && standing.rooms().stream()
            .noneMatch(r -> r.old().equals(room.old()) && r.target() != null);
  }

  private static String words(Standing standing) {
    Standing.Sums e = standing.events();
    StringBuilder words = new StringBuilder();
    words.append(
        "%,d of %,d events carried in %,d rooms, %,d people, %,d files"
            .formatted(
                e.carried() + e.merged(),
                e.total(),
                standing.rooms().size(),
                standing.people().getOrDefault("ready", 0L),
                standing.media().getOrDefault("carried", 0L)));
    for (var part :
        List.of(
            Map.entry("waiting", e.waiting()),
            Map.entry("in doubt", e.doubt()),
            Map.entry("left out by rule", e.skipped()),
            Map.entry("failed", e.failed()),
            Map.entry("late", e.late()))) {
      if (part.getValue() > 0) {
        words.append(", %,d %s".formatted(part.getValue(), part.getKey()));
      }
    }
    return words.toString();
  }

  private static String line(Standing.Failure failure) {
    return failure.kind()
        + " "
        + failure.what()
        + (failure.where() == null ? "" : " in " + failure.where())
        + ": "
        + failure.reason();
  }
}
