package org.ferry.source.synapse;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ferry.source.Problem;
import org.ferry.source.ProblemLog;

/**
 * Which database and schema of a dump is Synapse's: a dump of a whole cluster holds several, and a
 * table called {@code users} is in most of them.
 */
final class Home {
  /** What must have come before anything makes sense. */
  static final Set<SynapseTable> NEEDED =
      EnumSet.of(
          SynapseTable.EVENTS, SynapseTable.EVENT_JSON, SynapseTable.ROOMS, SynapseTable.USERS);

  private static final Pattern NAMED = Pattern.compile(".*dbname\\s*=\\s*'?([^'\"\\s]+).*");
  private static final Pattern SEARCH_PATH =
      Pattern.compile("(?is)set search_path\\s*(?:=|to)\\s*([^,;]*).*");
  private static final Pattern SET_CONFIG =
      Pattern.compile("(?is)select .*set_config\\('search_path',\\s*'([^',]*).*");

  /** What is decided about a table's rows. */
  enum Verdict {
    /** They are Synapse's. */
    TAKE,
    /** They are Synapse's, and what was taken so far was not. */
    START_OVER,
    /** They are of something else. */
    SKIP,
    /** They are of a second Synapse. */
    SECOND
  }

  /** A broken table, held back until it is known whether anybody cares. */
  private record Held(String sort, Problem problem) {}

  private final Map<String, Set<SynapseTable>> found = new LinkedHashMap<>();
  private final Map<String, List<Held>> held = new HashMap<>();
  private String database = "";
  private String schema = "";
  private String home = "";

  /** Takes a psql command {@code connect}, as pg_dumpall writes it before each database. */
  void connect(String argument) {
    Matcher named = NAMED.matcher(argument);
    database = named.matches() ? named.group(1) : argument.strip().replace("\"", "");
  }

  /** Takes a statement that may change the schema of names without one: dumps before 2018. */
  void statement(String text) {
    String lower = text.length() > 500 ? "" : text.toLowerCase(Locale.ROOT);
    if (lower.contains("search_path")) {
      for (Pattern p : List.of(SEARCH_PATH, SET_CONFIG)) {
        Matcher m = p.matcher(text);
        if (m.matches()) {
          schema = m.group(1).strip().replace("\"", "").replace("'", "");
        }
      }
    }
  }

  /** The place of a table, to compare and to show. */
  String place(String tableSchema) {
    String of = tableSchema.isEmpty() ? schema : tableSchema;
    return (database + " " + of).strip();
  }

  /** Decides about the rows of one of Synapse's tables. */
  Verdict decide(SynapseTable table, String tableSchema) {
    String here = place(tableSchema);
    Set<SynapseTable> ours = found.computeIfAbsent(home, h -> EnumSet.noneOf(SynapseTable.class));
    boolean complete = ours.containsAll(NEEDED);
    boolean moved = !ours.isEmpty() && !here.equals(home);
    Set<SynapseTable> there = found.computeIfAbsent(here, h -> EnumSet.noneOf(SynapseTable.class));
    there.add(table);
    if (moved && complete) {
      return there.containsAll(NEEDED) ? Verdict.SECOND : Verdict.SKIP;
    }
    home = here;
    return moved ? Verdict.START_OVER : Verdict.TAKE;
  }

  /** Holds a problem of a whole table back. */
  void hold(String tableSchema, String sort, Problem problem) {
    held.computeIfAbsent(place(tableSchema), p -> new ArrayList<>()).add(new Held(sort, problem));
  }

  /** Hands over the problems of Synapse's own tables. */
  void report(ProblemLog log) {
    held.getOrDefault(home, List.of()).forEach(h -> log.add(h.sort(), h.problem()));
  }

  /** What was wrong with a table that was left out, empty where nothing was. */
  String why(SynapseTable table) {
    return held.values().stream()
        .flatMap(List::stream)
        .filter(h -> h.sort().equals(table.dumpName()))
        .map(h -> " Table " + h.sort() + " " + h.problem().what() + ".")
        .findFirst()
        .orElse("");
  }

  /** Synapse's place, as it was found. */
  String home() {
    return home;
  }

  /** Tables without which nothing makes sense and that did not come. */
  Set<SynapseTable> missing() {
    Set<SynapseTable> missing = EnumSet.copyOf(NEEDED);
    missing.removeAll(found.getOrDefault(home, Set.of()));
    return missing;
  }
}
