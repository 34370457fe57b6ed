package org.ferry.migrate.plan;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedPerson;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SourceLedger.RoomCounts;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.model.Person;
import org.ferry.source.SourceInfo;
import org.jspecify.annotations.Nullable;

/** Makes facts for a plan by hand: the old server is {@code old}, the new one {@code new}. */
final class Kit {
  static final UserId ALICE = new UserId("@alice:old");
  static final UserId BOB = new UserId("@bob:old");

  private final Map<RoomId, RoomFacts> rooms = new LinkedHashMap<>();
  private final List<TargetRoom> targets = new ArrayList<>();
  private final Map<UserId, Person> people = new TreeMap<>();
  private final Map<UserId, CarriedPerson> carriedPeople = new TreeMap<>();
  private final Map<RoomId, CarriedRoom> carriedRooms = new TreeMap<>();
  private final Set<RoomId> gone = new HashSet<>();
  private final Set<UserId> unused = new HashSet<>();
  private final List<Stranger> strangers = new ArrayList<>();
  private Map<UserId, UserId> mapped = Map.of();
  private MigrateOptions.Rooms options = rooms("append");
  private String mode = "ghost";
  private String template = "old_{localpart}";
  private @Nullable Plan previous;
  private int load = 1;

  Kit() {
    Kit unused = person("@alice:old", "Alice").person("@bob:old", null);
  }

  static MigrateOptions.Rooms rooms(String reuse) {
    return rooms(reuse, "shell");
  }

  /** Encrypted rooms are carried in clear. */
  static MigrateOptions.Rooms decrypting() {
    return rooms("append", "decrypt");
  }

  private static MigrateOptions.Rooms rooms(String reuse, String encrypted) {
    return new MigrateOptions.Rooms(
        List.of("id", "alias", "name"),
        reuse,
        "carry",
        "list",
        "carry",
        "skip",
        encrypted,
        "placeholder",
        "default",
        true);
  }

  static RoomId id(String name) {
    return new RoomId("!" + name + ":old");
  }

  static RoomId target(String name) {
    return new RoomId("!" + name + ":new");
  }

  Kit options(MigrateOptions.Rooms changed) {
    options = changed;
    return this;
  }

  Kit template(String changed) {
    template = changed;
    return this;
  }

  Kit load(int number) {
    load = number;
    return this;
  }

  Kit mapped(Map<UserId, UserId> map) {
    mapped = map;
    return this;
  }

  Kit previous(Plan plan) {
    previous = plan;
    return this;
  }

  Kit person(String id, @Nullable String name) {
    UserId user = new UserId(id);
    people.put(user, new Person(user, name, null, false, false, false, false, 0));
    return this;
  }

  Kit stranger(String id) {
    strangers.add(new Stranger(new UserId(id), "{\"displayname\":\"S\"}"));
    return this;
  }

  Kit room(Room room) {
    rooms.put(room.id, room.facts());
    return this;
  }

  Kit there(TargetRoom room) {
    targets.add(room);
    return this;
  }

  Kit carried(RoomId old, RoomId target, String action) {
    carriedRooms.put(
        old,
        new CarriedRoom(
            old, target, RoomState.DONE, action, new UserId("@ferrybot:new"), "10", null, "{}"));
    return this;
  }

  /** A room that was taken back. */
  Kit gone(RoomId target) {
    boolean unused = gone.add(target);
    return this;
  }

  Kit carried(UserId old, UserId target) {
    carriedPeople.put(old, new CarriedPerson(old, target, "ready", null, null, null));
    return this;
  }

  /** Somebody whom an earlier run knew under an account of their own. */
  Kit mappedBefore(UserId old, UserId target) {
    carriedPeople.put(old, CarriedPerson.mapped(old, target));
    return this;
  }

  /** Somebody whose id is noted and as whom nothing was carried. */
  Kit nothingCarried(UserId old) {
    boolean unusedNew = unused.add(old);
    return this;
  }

  /** People get accounts. */
  Kit accounts() {
    mode = "account";
    return this;
  }

  Progress progress() {
    return new Progress(carriedPeople, carriedRooms, Map.of(), gone, () -> unused);
  }

  LoadedSource source() {
    return new LoadedSource(
        1,
        new SourceInfo("synapse-dump", "old", "old.sql", null, null, "f"),
        load,
        Instant.EPOCH,
        new LoadedSource.Totals(people.size(), 0, rooms.size(), 0, 0, 0, 0, 7, 7000, 0));
  }

  List<RoomFacts> roomFacts() {
    return List.copyOf(rooms.values());
  }

  List<TargetRoom> targets() {
    return targets;
  }

  List<Person> people() {
    return List.copyOf(people.values());
  }

  Facts facts() {
    Function<Set<RoomId>, List<Stranger>> who =
        carried -> carried.isEmpty() ? List.of() : strangers;
    MigrateOptions all =
        new MigrateOptions(
            "#village:new",
            false,
            new UserId("@ferrybot:new"),
            "en",
            new MigrateOptions.Identities(mode, false, template, "{displayname}", null, Map.of()),
            options,
            new MigrateOptions.Replay(0, true, "skip", "fail"));
    return new Facts(
        source(), roomFacts(), people(), who, all, "new", targets, mapped, progress(), previous);
  }

  Plan propose() {
    return new Planner().propose(facts());
  }

  PlanTotals totals(Plan plan) {
    return PlanTotals.of(plan, roomFacts(), source(), targets, Map.of(), mapped);
  }

  PlanChecks checks() {
    Set<UserId> all =
        Stream.concat(people.keySet().stream(), strangers.stream().map(Stranger::id))
            .collect(Collectors.toSet());
    return new PlanChecks(
        "old",
        load,
        "new",
        "#village:new",
        all,
        rooms,
        progress(),
        mapped,
        new TargetSpace(new RoomId("!village:new"), "Village", targets, List.of()),
        new UserId("@ferrybot:new"),
        template);
  }

  String render(Plan plan) {
    return PlanFile.render(Draft.of(plan), totals(plan), rooms);
  }

  String render(Draft draft) {
    return PlanFile.render(draft, totals(draft.plan()), rooms);
  }

  /** A room that is in the Space already. */
  static TargetRoom at(String id, @Nullable String name, @Nullable String alias) {
    return at(id, name, alias, null, null);
  }

  static TargetRoom at(
      String id,
      @Nullable String name,
      @Nullable String alias,
      @Nullable String type,
      TargetRoom.@Nullable Origin origin) {
    RoomAlias main = alias == null ? null : new RoomAlias(alias);
    return new TargetRoom(target(id), name, main, List.of(), type, 4, origin, true, true, null);
  }

  /** A room of the source; by default an ordinary one of Alice and Bob, made by Alice. */
  static final class Room {
    final RoomId id;
    private @Nullable UserId creator = ALICE;
    private @Nullable String name;
    private @Nullable String type;
    private boolean encrypted;
    private boolean direct;
    private List<UserId> joined = List.of(ALICE, BOB);
    private List<RoomAlias> aliases = List.of();
    private String joinRule = "invite";
    private String visibility = "shared";
    private @Nullable RoomId successor;
    private Map<RoomId, Long> children = Map.of();
    private long firstTs = 1000;

    Room(String id) {
      this.id = id(id);
      this.name = id;
    }

    Room name(@Nullable String to) {
      name = to;
      return this;
    }

    Room creator(@Nullable String to) {
      creator = to == null ? null : new UserId(to);
      return this;
    }

    Room joined(String... to) {
      joined = Stream.of(to).map(UserId::new).toList();
      return this;
    }

    Room aliases(String... to) {
      aliases = Stream.of(to).map(RoomAlias::new).toList();
      return this;
    }

    Room encrypted() {
      encrypted = true;
      return this;
    }

    Room direct() {
      direct = true;
      return this;
    }

    Room joinRule(String to) {
      joinRule = to;
      return this;
    }

    Room visibility(String to) {
      visibility = to;
      return this;
    }

    Room successor(String to) {
      successor = id(to);
      return this;
    }

    Room since(long ts) {
      firstTs = ts;
      return this;
    }

    /** Makes it a space; a child's place in the list is its event's timestamp. */
    Room children(String... to) {
      type = "m.space";
      children = new LinkedHashMap<>();
      for (String child : to) {
        children.put(id(child), (long) children.size());
      }
      return this;
    }

    Room child(String to, long ts) {
      type = "m.space";
      children = new LinkedHashMap<>(children);
      children.put(id(to), ts);
      return this;
    }

    RoomFacts facts() {
      return new RoomFacts(
          id,
          "10",
          creator,
          "{}",
          name,
          null,
          null,
          aliases,
          type,
          encrypted,
          direct,
          joined,
          List.of(),
          List.of(),
          joinRule,
          visibility,
          null,
          successor,
          children,
          false,
          new RoomCounts(id, 20, 10, encrypted ? 5 : 0, 0, firstTs, 9000));
    }
  }

  static List<String> ids(Collection<RoomId> ids) {
    return ids.stream().map(RoomId::value).toList();
  }
}
