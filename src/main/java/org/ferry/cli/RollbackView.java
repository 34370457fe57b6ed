package org.ferry.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.undo.Found;
import org.ferry.migrate.undo.SettingsBack;
import org.ferry.migrate.undo.Undone;
import org.jspecify.annotations.Nullable;

/** What is to be taken back and what was, for a person and as JSON. */
final class RollbackView {
  private static final String GONE =
      "which is gone from the homeserver, or nobody of Ferry's is in it any more";

  private final Crossing crossing;
  private final String label;
  private final List<Found> found;
  private final List<Found> chosen;
  private final boolean dryRun;
  private final long settings;
  private SettingsBack.@Nullable Counts back;

  RollbackView(
      Crossing crossing,
      String label,
      List<Found> found,
      List<Found> chosen,
      boolean dryRun,
      long settings) {
    this.crossing = crossing;
    this.label = label;
    this.found = found;
    this.chosen = chosen;
    this.dryRun = dryRun;
    this.settings = settings;
  }

  /** Notes what became of people's settings. */
  void ended(SettingsBack.Counts counts) {
    back = counts;
  }

  /** What would be or is to be done. */
  List<String> before() {
    long made = chosen.stream().filter(Found::made).count();
    long reused = chosen.size() - made;
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s out of %s: rooms that Ferry made, which leave the Space and are emptied: %,d; events to be redacted: %,d, in reused rooms: %,d."
            .formatted(
                crossing.server(),
                label,
                made,
                chosen.stream().filter(f -> !f.made()).mapToLong(Found::ours).sum(),
                reused));
    chosen.stream()
        .filter(Found::begun)
        .forEach(f -> lines.add("  goes on with %s, which was begun before".formatted(label(f))));
    chosen.stream()
        .filter(Found::gone)
        .forEach(f -> lines.add("  to be forgotten: %s, %s".formatted(label(f), GONE)));
    if (settings > 0) {
      lines.add(
          "People's settings that Ferry made (names, tags, push rules and the like): %,d; those that were changed since stay."
              .formatted(settings));
    }
    lines.addAll(alone());
    lines.add(
        "Ghosts' accounts and the files on the homeserver stay; the next migrate uses them again.");
    return lines;
  }

  /** The rooms that are left alone, and why. */
  private List<String> alone() {
    List<String> lines = new ArrayList<>();
    for (Found f : found) {
      if (!chosen.contains(f)) {
        lines.add("  left alone: %s, %s".formatted(label(f), why(f)));
      }
    }
    if (found.stream().anyMatch(f -> f.used() && !chosen.contains(f))) {
      lines.add("  --include-used takes those that others use as well.");
    }
    return lines;
  }

  private static String label(Found f) {
    return "%s (%s, now %s)".formatted(Shown.inLine(f.name()), f.room().old(), f.target());
  }

  private static String why(Found f) {
    if (f.problem() != null) {
      return f.problem();
    }
    Found.Use last = f.others().getFirst();
    return "others have used it since: %s (%s, %s)"
        .formatted(last.who(), last.what(), Instant.ofEpochMilli(last.at()));
  }

  /** What was done; without any room what would be. */
  List<String> lines(List<Undone> undone) {
    if (found.isEmpty() && settings == 0) {
      return List.of("Nothing is carried into %s; there is nothing to take back.".formatted(label));
    }
    if (dryRun || (undone.isEmpty() && back == null)) {
      return before();
    }
    List<String> lines = new ArrayList<>();
    for (Undone u : undone) {
      u.remarks().forEach(r -> lines.add("  %s: %s".formatted(label(u.found()), r)));
      if (u.found().gone() && u.state() == Undone.State.DONE) {
        lines.add("  forgotten: %s, %s".formatted(label(u.found()), GONE));
      }
    }
    lines.addAll(alone());
    lines.add(0, totals(undone));
    settings().forEach(lines::add);
    if (undone.stream().anyMatch(u -> u.state() == Undone.State.LEFT)) {
      lines.add(
          "Rooms that came into use meanwhile were left alone; --include-used takes them as well.");
    }
    if (undone.stream().anyMatch(u -> u.state() == Undone.State.FAILED)
        || undone.size() < chosen.size()) {
      lines.add("Not all was taken back; the same command goes on.");
    }
    return lines;
  }

  private List<String> settings() {
    SettingsBack.Counts counts = back;
    if (counts == null || counts.equals(new SettingsBack.Counts(0, 0, 0, 0, List.of()))) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "People's settings taken back: %,d. Changed by their people since, and left so: %,d. Read markers, which cannot be moved back: %,d."
            .formatted(counts.back(), counts.theirs(), counts.stays()));
    if (counts.handed() > 0) {
      lines.add(
          "People's settings that were carried into another Space as well, and that stay with that: %,d."
              .formatted(counts.handed()));
    }
    counts.failures().forEach(f -> lines.add("  not taken back: " + f));
    return lines;
  }

  private String space() {
    return crossing.space().value();
  }

  private static String totals(List<Undone> undone) {
    return "Rooms taken back: %,d. Events redacted: %,d. Ferry's users who left: %,d. Aliases deleted: %,d. Rooms deleted on the homeserver: %,d. What was taken back waits again; ferry migrate carries it anew."
        .formatted(
            undone.stream().filter(u -> u.state() == Undone.State.DONE).count(),
            undone.stream().mapToLong(Undone::redacted).sum(),
            undone.stream().mapToLong(Undone::left).sum(),
            undone.stream().mapToLong(Undone::aliases).sum(),
            undone.stream().filter(Undone::deleted).count());
  }

  /** True where every room that was found was taken back without a remark. */
  boolean whole(List<Undone> undone) {
    return undone.size() == found.size()
        && (back == null || back.failures().isEmpty())
        && undone.stream().allMatch(u -> u.state() == Undone.State.DONE && u.remarks().isEmpty());
  }

  ObjectNode json(List<Undone> undone) {
    Map<Found, Undone> ended =
        undone.stream().collect(Collectors.toMap(Undone::found, u -> u, (a, b) -> a, HashMap::new));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("source", crossing.server()).put("space", space()).put("dry_run", dryRun);
    ObjectNode people = json.putObject("settings").put("open", settings);
    SettingsBack.Counts counts = back;
    if (counts != null) {
      people
          .put("taken_back", counts.back())
          .put("changed_since", counts.theirs())
          .put("cannot_go_back", counts.stays())
          .put("left_to_another_space", counts.handed());
      counts.failures().forEach(people.putArray("failures")::add);
    }
    ArrayNode rooms = json.putArray("rooms");
    found.forEach(f -> room(rooms.addObject(), f, ended.get(f)));
    return json;
  }

  private void room(ObjectNode json, Found f, @Nullable Undone u) {
    json.put("id", f.room().old().value())
        .put("target", f.target().value())
        .put("name", f.name())
        .put("made", f.made())
        .put("gone", f.gone())
        .put("state", state(f, u))
        .put("events", f.ours())
        .put("reason", reason(f, u));
    ArrayNode others = json.putArray("others");
    f.others()
        .forEach(o ->
            others
                .addObject()
                .put("user", o.who())
                .put("type", o.what())
                .put("at", Instant.ofEpochMilli(o.at()).toString()));
    if (u != null) {
      json.put("redacted", u.redacted())
          .put("left", u.left())
          .put("removed", u.removed())
          .put("aliases", u.aliases())
          .put("deleted", u.deleted());
      u.remarks().forEach(json.putArray("remarks")::add);
    }
  }

  private @Nullable String reason(Found f, @Nullable Undone u) {
    if (!chosen.contains(f)) {
      return why(f);
    }
    if (u != null && u.state() == Undone.State.LEFT) {
      return String.join("; ", u.remarks());
    }
    return f.gone() ? GONE : null;
  }

  private String state(Found f, @Nullable Undone u) {
    if (!chosen.contains(f)) {
      return "left_alone";
    }
    if (u == null) {
      return dryRun ? "would_be_rolled_back" : "waiting";
    }
    return switch (u.state()) {
      case DONE -> "rolled_back";
      case LEFT -> "left_alone";
      case FAILED -> u.state().name().toLowerCase(Locale.ROOT);
    };
  }
}
