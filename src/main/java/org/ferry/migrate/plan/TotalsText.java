package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.ferry.migrate.plan.Plan.RoomClass;

/** A plan's totals as lines for a terminal: first what is done, then what that means to whom. */
final class TotalsText {
  private static final int SHOWN = 20;
  private static final List<RoomClass> ORDER =
      List.of(
          RoomClass.SPACE,
          RoomClass.LOCAL,
          RoomClass.DIRECT,
          RoomClass.FOREIGN,
          RoomClass.DESERTED);

  /** Below this many bytes a size in megabytes says nothing. */
  private static final long SMALL = 100_000;

  private final PlanTotals totals;
  private final List<String> lines = new ArrayList<>();

  TotalsText(PlanTotals totals) {
    this.totals = totals;
  }

  List<String> lines() {
    action("+ create", RoomAction.CREATE);
    action("~ reuse", RoomAction.REUSE);
    action("- skip", RoomAction.SKIP);
    action("> list", RoomAction.LIST);
    action("! conflict", RoomAction.CONFLICT);
    lines.add(
        "Plan: %,d to create, %,d to reuse, %,d to skip, %,d to list, %s."
            .formatted(
                totals.rooms(RoomAction.CREATE),
                totals.rooms(RoomAction.REUSE),
                totals.rooms(RoomAction.SKIP),
                totals.rooms(RoomAction.LIST),
                counted(undecided(), "conflict")));
    lines.add("People: " + people());
    lines.add(messages());
    lines.add("Files: %,d (%s)%s".formatted(totals.media(), size(totals.mediaBytes()), uploaded()));
    if (totals.withheld() > 0) {
      lines.add("Encrypted messages that are not carried: %,d".formatted(totals.withheld()));
    }
    if (totals.bare() > 0) {
      lines.add(
          "Messages of other rooms that are carried without their history: %,d"
              .formatted(totals.bare()));
    }
    Clearing clearing = totals.clearing();
    if (!clearing.rooms().isEmpty()) {
      lines.add("Encrypted messages carried in clear: %,d".formatted(clearing.inClear()));
    }
    who();
    list("Encrypted history becomes readable in", clearing.readable());
    if (clearing.withoutKey() > 0) {
      list(
          "Encrypted messages without a key: %,d; ferry keys import FILE or ferry keys restore brings keys. Rooms"
              .formatted(clearing.withoutKey()),
          clearing.lacking());
    }
    list("Type this in your client before ferry migrate", totals.toType());
    list("More people can read the history of", totals.readMore());
    list("Members of the Space get to see that these private rooms exist", totals.shownInSpace());
    list("Several people become one", totals.ambiguous());
    list(
        "Rooms of other servers, to be entered again by their link",
        totals.listed().stream().map(r -> r.name() + ": " + r.link()).toList());
    list("Conflicts, to be decided in the plan before ferry migrate", totals.conflicts());
    if (totals.ahead() != null) {
      lines.addAll(totals.ahead().lines(totals.invitations()));
    }
    return lines;
  }

  private String messages() {
    Ahead ahead = totals.ahead();
    return ahead == null
        ? "Messages to carry: %,d".formatted(totals.messages())
        : "Messages: %,d; dealt with before: %,d; to carry: %,d"
            .formatted(
                totals.messages(),
                Math.max(0, totals.messages() - ahead.messages()),
                ahead.messages());
  }

  private String uploaded() {
    Ahead ahead = totals.ahead();
    return ahead == null || ahead.files() == 0
        ? ""
        : "; there already: %,d".formatted(Math.min(ahead.files(), totals.media()));
  }

  private void action(String title, RoomAction action) {
    String word = Words.of(action);
    String what =
        ORDER.stream()
            .filter(kind -> count(kind, word) > 0)
            .map(kind -> counted(count(kind, word), noun(kind)))
            .collect(Collectors.joining(", "));
    if (!what.isEmpty()) {
      lines.add("  %-10s  %s".formatted(title, what));
    }
  }

  private long count(RoomClass kind, String action) {
    return totals.rooms().getOrDefault(Words.of(kind), Map.of()).getOrDefault(action, 0L);
  }

  private static String noun(RoomClass kind) {
    return switch (kind) {
      case SPACE -> "sub-space";
      case LOCAL -> "room";
      case DIRECT -> "direct chat";
      case FOREIGN -> "foreign room";
      case DESERTED -> "deserted room";
    };
  }

  /** Rooms and people that migrate refuses to begin with. */
  private long undecided() {
    return totals.rooms(RoomAction.CONFLICT) + totals.people().getOrDefault("conflict", 0L);
  }

  private static String size(long bytes) {
    return bytes < SMALL ? "%,d bytes".formatted(bytes) : "%,.1f MB".formatted(bytes / 1e6);
  }

  private static String counted(long n, String noun) {
    return "%,d %s%s".formatted(n, noun, n == 1 ? "" : "s");
  }

  private String people() {
    Map<String, Long> by = totals.people();
    String words =
        by.isEmpty()
            ? "none"
            : by.entrySet().stream()
                .map(e -> "%,d %s".formatted(e.getValue(), e.getKey()))
                .collect(Collectors.joining(", "));
    return totals.unmatched() == 0
        ? words
        : words
            + " (of these ghosts, %,d have an account that nobody listed)"
                .formatted(totals.unmatched());
  }

  /** Who enters what, and whose phone rings. */
  private void who() {
    Ahead ahead = totals.ahead();
    if (totals.rooms(RoomAction.CREATE) > 0 && (ahead == null || ahead.rooms() > 0)) {
      boolean accounts = totals.people().getOrDefault("account", 0L) > 0;
      lines.add(
          accounts
              ? "New rooms: accounts enter as their people did; no phone rings while history is written."
              : "New rooms: ghosts enter as their people did; no phone rings before people are invited.");
    }
    long appended = ahead == null ? totals.appended() : ahead.appended();
    long notifications = ahead == null ? totals.notifications() : ahead.notifications();
    if (appended > 0) {
      String rings =
          notifications < 0 ? "an unknown number of" : "at most %,d".formatted(notifications);
      lines.add(
          "Reused rooms: %,d messages stand below what they hold already: %s notifications there"
              .formatted(appended, rings));
    }
    if (totals.invitations() > 0) {
      lines.add(
          "Members from third servers are invited under their own id once their room stands: %s%s"
              .formatted(
                  counted(totals.invitations(), "invitation"),
                  ahead == null || ahead.invited() == 0
                      ? ""
                      : "; sent before: %,d"
                          .formatted(Math.min(ahead.invited(), totals.invitations()))));
    }
  }

  private void list(String title, List<String> items) {
    if (items.isEmpty()) {
      return;
    }
    lines.add(title + ": " + items.size());
    items.stream().limit(SHOWN).forEach(i -> lines.add("  " + i));
    if (items.size() > SHOWN) {
      lines.add("  and " + (items.size() - SHOWN) + " more; ferry plan --json has them all");
    }
  }
}
