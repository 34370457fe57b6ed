package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.app.Accounts;
import org.ferry.app.Carrying;
import org.ferry.app.Conversations;
import org.ferry.app.Destinations;
import org.ferry.app.Ferry;
import org.ferry.app.Listed;
import org.ferry.app.NotBegun;
import org.ferry.app.Webhooks;
import org.ferry.app.Wishes;
import org.ferry.migrate.CrossingLedger.Invitation;
import org.ferry.migrate.Standing;
import org.ferry.migrate.UndoLedger.TakenBack;
import org.ferry.migrate.plan.ForeignRoom;

/** Where a crossing stands, for a person and as JSON. */
final class StatusView {
  private static final int SHOWN = 20;
  private static final int SOME = 5;

  private StatusView() {}

  static List<String> lines(Standing standing, Ferry ferry) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s into %s: %s"
            .formatted(
                standing.crossing().server(),
                Destinations.label(ferry, standing.crossing()),
                words(standing)));
    Carrying.rate(ferry, standing.crossing())
        .ifPresent(r -> lines.add(RateLine.of(r, ferry.clock().instant())));
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
        .forEach(r -> lines.add("  listed, not carried: %s %s".formatted(r.name(), r.link())));
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

  private static List<Standing.Failure> left(Standing standing, String kind) {
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

  private static long open(Standing standing) {
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

  private static List<Invitation> invitations(Standing standing, Ferry ferry) {
    try (Stream<Invitation> rows = ferry.crossings().invitations(standing.crossing().id())) {
      return rows.toList();
    }
  }

  private static void more(ObjectNode json, Standing standing, Ferry ferry) {
    ArrayNode invitations = json.putArray("invitations");
    for (Invitation i : invitations(standing, ferry)) {
      invitations
          .addObject()
          .put("room", i.room().value())
          .put("user", i.invitee().value())
          .put("state", i.state())
          .put("reason", i.reason());
    }
    ArrayNode listed = json.putArray("listed");
    for (ForeignRoom r : Listed.of(ferry, standing.crossing())) {
      listed
          .addObject()
          .put("id", r.id().value())
          .put("name", r.name())
          .put("members", r.members())
          .put("link", r.link());
    }
    Optional<Wishes.Asked> asked = Wishes.asked(ferry, standing);
    json.put("left_waiting_by", asked.map(Wishes.Asked::how).orElse(null));
    asked.ifPresent(a ->
        json.put("asked_for", a.events())
            .put("asked_for_waiting", a.waiting())
            .put("left_waiting", open(standing) - a.waiting()));
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

  private static boolean isAway(TakenBack room, Standing standing) {
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

  static ObjectNode json(List<Standing> standings, Ferry ferry) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("crossings");
    standings.forEach(s -> list.add(json(s, ferry)));
    ArrayNode webhooks = json.putArray("webhooks");
    new Webhooks(ferry)
        .list()
        .forEach(line -> webhooks.addPOJO(WebhooksListCommand.document(line)));
    ArrayNode accounts = json.putArray("accounts");
    new Accounts(ferry)
        .list()
        .forEach(account -> accounts.addPOJO(AccountsListCommand.document(account)));
    Optional<Instant> live = ferry.lastLiveEvent();
    json.put("last_live_event", live.map(Instant::toString).orElse(null));
    live.ifPresent(at ->
        json.put(
            "last_live_event_age_seconds",
            Duration.between(at, ferry.clock().instant()).toSeconds()));
    Conversations.Figures figures = new Conversations(ferry).figures();
    ObjectNode events = json.putObject("live_events");
    figures.states().forEach(events::put);
    ObjectNode reasons = json.putObject("undecryptable");
    figures.undecryptable().forEach(reasons::put);
    return json.put("quarantined", figures.quarantined()).put("messages_told", figures.told());
  }

  static ObjectNode json(Standing standing, Ferry ferry) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", standing.crossing().server())
        .put("domain", standing.crossing().domain())
        .put("space", standing.crossing().space().value())
        .put("space_alias", Destinations.alias(ferry, standing.crossing()).orElse(null));
    Optional<Carrying.Rate> rate = Carrying.rate(ferry, standing.crossing());
    rate.ifPresent(r ->
        json.putObject("rate")
            .put("events_per_second", r.eventsPerSecond())
            .put("events_per_second_of_the_run", r.average())
            .put("waiting_for_homeserver", r.waiting())
            .put("held_back_by", r.heldBackBy())
            .put("events_left", r.left())
            .put("at", r.at().toString())
            .put("age_seconds", RateLine.age(r, ferry.clock().instant()).toSeconds())
            .put("current", RateLine.isCurrent(r, ferry.clock().instant())));
    standing.people().forEach(json.putObject("people")::put);
    standing.media().forEach(json.putObject("media")::put);
    Standing.Sums e = standing.events();
    json.putObject("events")
        .put("total", e.total())
        .put("waiting", e.waiting())
        .put("in_doubt", e.doubt())
        .put("carried", e.carried())
        .put("merged", e.merged())
        .put("skipped", e.skipped())
        .put("failed", e.failed())
        .put("late", e.late());
    standing.skipped().forEach(json.putObject("skipped")::put);
    EncryptedView.json(json, ferry, standing.crossing());
    NotBegun notBegun = NotBegun.of(ferry, standing);
    json.putObject("not_begun").put("rooms", notBegun.rooms()).put("messages", notBegun.messages());
    more(json, standing, ferry);
    standing.settings().forEach(json.putObject("settings")::put);
    ArrayNode rooms = json.putArray("rooms");
    for (Standing.RoomLine room : standing.rooms()) {
      rooms
          .addObject()
          .put("id", room.old().value())
          .put("target", room.target() == null ? null : room.target().value())
          .put("state", room.state().name().toLowerCase(Locale.ROOT))
          .put("reason", room.reason())
          .put("events", room.progress().total())
          .put("waiting", room.progress().waiting())
          .put("in_doubt", room.progress().doubt())
          .put("carried", room.progress().carried())
          .put("merged", room.progress().merged())
          .put("skipped", room.progress().skipped())
          .put("failed", room.progress().failed())
          .put("late", room.progress().late());
    }
    takenBack(rooms, standing, ferry);
    standing.failed().forEach(json.putObject("failed")::put);
    failures(json.putArray("failures"), standing.failures());
    failures(json.putArray("aliases_left"), left(standing, "alias"));
    failures(json.putArray("unlisted"), left(standing, "directory"));
    return json;
  }

  private static void failures(ArrayNode list, List<Standing.Failure> failures) {
    for (Standing.Failure failure : failures) {
      list.addObject()
          .put("kind", failure.kind())
          .put("id", failure.what())
          .put("room", failure.where())
          .put("reason", failure.reason());
    }
  }

  private static void takenBack(ArrayNode rooms, Standing standing, Ferry ferry) {
    for (TakenBack back : ferry.crossings().undo().takenBack(standing.crossing().id())) {
      if (isAway(back, standing)) {
        rooms
            .addObject()
            .put("id", back.old().value())
            .putNull("target")
            .put("was", back.target().value())
            .put("state", "rolled_back")
            .put("at", back.at().toString());
      }
    }
  }
}
