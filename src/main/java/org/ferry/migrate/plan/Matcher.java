package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;
import org.jspecify.annotations.Nullable;

/**
 * Finds for rooms of the source the room of the destination Space that is the same. It never
 * guesses: what two rooms could be, or what two rooms claim, is a conflict.
 */
final class Matcher {
  private final String server;
  private final String domain;
  private final List<TargetRoom> targets;
  private final Map<RoomId, Match> found = new LinkedHashMap<>();
  private final Set<RoomId> taken = new HashSet<>();
  private final Map<RoomId, Set<RoomId>> disputed = new HashMap<>();

  /**
   * What was found for a room.
   *
   * @param conflict true where a person has to choose
   * @param candidates one target where there is no conflict
   * @param how by what, or why it is a conflict and what to do
   */
  record Match(boolean conflict, List<TargetRoom> candidates, String how) {}

  Matcher(String server, String domain, List<TargetRoom> targets, Collection<RoomId> taken) {
    this.server = server;
    this.domain = domain;
    this.targets = targets;
    this.taken.addAll(taken);
  }

  /**
   * Matches.
   *
   * @param rooms rooms that a new room would be made for
   * @param order the words {@code id}, {@code alias}, {@code name}: what decides, first to last
   * @return the matches and conflicts by old id
   */
  Map<RoomId, Match> match(List<RoomFacts> rooms, List<String> order) {
    earlierCrossings(rooms);
    for (String step : order) {
      switch (step) {
        case "id" -> step(rooms, "its id", byKey(r -> Stream.of(r.id().value()), false), this::ids);
        case "alias" -> step(rooms, "its alias", byKey(Matcher::aliases, false), this::aliases);
        case "name" -> step(rooms, "its name", byKey(Matcher::name, true), this::name);
        default -> throw new IllegalArgumentException("not a way to match rooms: " + step);
      }
    }
    return found;
  }

  private Stream<String> ids(RoomFacts room) {
    return Stream.of(room.id().value());
  }

  private static Stream<String> aliases(TargetRoom room) {
    return room.allAliases().map(RoomAlias::value);
  }

  private Stream<String> aliases(RoomFacts room) {
    return Stream.concat(Stream.ofNullable(room.canonicalAlias()), room.aliases().stream())
        .filter(a -> a.server().equals(server))
        .map(a -> "#" + a.localpart() + ":" + domain)
        .distinct();
  }

  private static Stream<String> name(TargetRoom room) {
    return named(room.name());
  }

  /** A room that was replaced carries its successor's name and is not meant. */
  private Stream<String> name(RoomFacts room) {
    return room.successor() != null ? Stream.empty() : named(room.name());
  }

  private static Stream<String> named(@Nullable String name) {
    String key = name == null ? "" : Names.key(name);
    return key.isEmpty() ? Stream.empty() : Stream.of(key);
  }

  private interface Keys<T> {
    Stream<String> of(T room);
  }

  private Map<String, List<TargetRoom>> byKey(Keys<TargetRoom> keys, boolean withoutMade) {
    Map<String, List<TargetRoom>> index = new HashMap<>();
    for (TargetRoom target : targets) {
      if (!taken.contains(target.id()) && !(withoutMade && target.origin() != null)) {
        keys.of(target).forEach(k -> index.computeIfAbsent(k, x -> new ArrayList<>()).add(target));
      }
    }
    return index;
  }

  /** A target that says it was made for this very room, while the ledger knows nothing of it. */
  private void earlierCrossings(List<RoomFacts> rooms) {
    Map<String, List<TargetRoom>> made =
        targets.stream()
            .filter(t -> t.origin() != null && t.origin().server().equals(server))
            .filter(t -> !taken.contains(t.id()))
            .collect(Collectors.groupingBy(Matcher::origin));
    for (RoomFacts room : rooms) {
      List<TargetRoom> earlier = made.getOrDefault(room.id().value(), List.of());
      if (!earlier.isEmpty()) {
        found.put(room.id(), new Match(true, earlier, earlierReason(earlier)));
        earlier.forEach(t -> taken.add(t.id()));
      }
    }
  }

  private static String origin(TargetRoom room) {
    TargetRoom.Origin origin = room.origin();
    return origin == null ? "" : origin.roomId();
  }

  private static String earlierReason(List<TargetRoom> earlier) {
    return "an earlier crossing whose ledger is not here made "
        + labels(earlier)
        + " from this room; use that ledger, or set action to create for a second copy, to reuse"
        + " with a target to append everything again, or to skip";
  }

  private void step(
      List<RoomFacts> rooms,
      String how,
      Map<String, List<TargetRoom>> index,
      Keys<RoomFacts> keys) {
    Map<RoomId, Set<TargetRoom>> candidates = new LinkedHashMap<>();
    Map<RoomId, Set<RoomId>> claims = new HashMap<>();
    for (RoomFacts room : rooms) {
      Set<TargetRoom> fitting =
          found.containsKey(room.id()) ? Set.of() : fitting(room, index, keys);
      if (!fitting.isEmpty()) {
        candidates.put(room.id(), fitting);
        fitting.forEach(t -> claim(claims, t, room.id()));
      }
    }
    candidates.forEach((room, fitting) -> found.put(room, decide(fitting, how, claims)));
    candidates.forEach((room, fitting) -> {
      if (!conflict(room)) {
        fitting.forEach(t -> taken.add(t.id()));
      } else {
        fitting.forEach(t -> claim(disputed, t, room));
      }
    });
  }

  private boolean conflict(RoomId room) {
    Match match = found.get(room);
    return match != null && match.conflict();
  }

  private static void claim(Map<RoomId, Set<RoomId>> claims, TargetRoom t, RoomId room) {
    claims.computeIfAbsent(t.id(), x -> new LinkedHashSet<>()).add(room);
  }

  private static Set<TargetRoom> fitting(
      RoomFacts room, Map<String, List<TargetRoom>> index, Keys<RoomFacts> keys) {
    return keys.of(room)
        .flatMap(k -> index.getOrDefault(k, List.of()).stream())
        .filter(t -> t.isSpace() == room.isSpace())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private Match decide(Set<TargetRoom> fitting, String how, Map<RoomId, Set<RoomId>> claims) {
    List<TargetRoom> candidates = List.copyOf(fitting);
    if (candidates.size() > 1) {
      return new Match(
          true,
          candidates,
          "by %s it could be %s; set action to reuse and target to one of them, or action to create or skip"
              .formatted(how, labels(candidates)));
    }
    TargetRoom only = candidates.getFirst();
    Set<RoomId> claimers = new LinkedHashSet<>(disputed.getOrDefault(only.id(), Set.of()));
    claimers.addAll(claims.getOrDefault(only.id(), Set.of()));
    if (claimers.size() > 1) {
      return new Match(
          true,
          candidates,
          "by %s, %s claim %s; set action to reuse with this target for one of them at the most, and to create or skip for the others"
              .formatted(how, sources(claimers), only.label()));
    }
    if (only.origin() != null) {
      return new Match(
          true,
          candidates,
          "by %s it is %s, which Ferry made for %s of %s; set action to reuse with this target to join the two, or to create or skip"
              .formatted(how, only.label(), only.origin().roomId(), only.origin().server()));
    }
    return new Match(false, candidates, how);
  }

  private static String labels(Collection<TargetRoom> rooms) {
    return limited(rooms.stream().map(TargetRoom::label).toList(), " or ");
  }

  private static String sources(Collection<RoomId> rooms) {
    return limited(rooms.stream().map(RoomId::value).toList(), " and ");
  }

  private static String limited(List<String> names, String last) {
    if (names.size() > 5) {
      return String.join(", ", names.subList(0, 5)) + " and " + (names.size() - 5) + " more";
    }
    return String.join(last, names);
  }
}
