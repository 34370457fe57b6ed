package org.ferry.migrate.plan;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.matrix.client.Homeserver;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.ferry.matrix.client.ResolvedAlias;
import org.ferry.migrate.MigrateOptions;

/**
 * Reads the destination Space as Ferry's bot sees it. It blocks and is meant for a virtual thread;
 * failures of the homeserver are those of {@link Intent}.
 */
public final class TargetSurvey {
  private static final int AT_ONCE = 16;

  /**
   * What carrying takes in a room whose levels nobody has changed; the bot cannot read them yet.
   */
  private static final int USUAL_LEVEL = 50;

  private final Intent bot;
  private final MigrateOptions options;
  private final boolean prepare;
  private final Onlooker onlooker;
  private final List<String> problems = new ArrayList<>();

  /** Who looks on, because a Space of many rooms takes a while. Called from many threads. */
  public interface Onlooker {
    /** Nobody. */
    Onlooker NONE =
        new Onlooker() {
          @Override
          public void rooms(int count) {}

          @Override
          public void read() {}
        };

    /** So many rooms are in the Space and are read now. */
    void rooms(int count);

    /** One of them was read. */
    void read();
  }

  /**
   * Prepares the reading, without anybody who looks on.
   *
   * @param server the destination
   * @param options which Space, which bot
   * @param prepare as below
   */
  public TargetSurvey(Homeserver server, MigrateOptions options, boolean prepare) {
    this(server, options, prepare, Onlooker.NONE);
  }

  /**
   * Prepares the reading.
   *
   * @param server the destination
   * @param options which Space, which bot
   * @param prepare true to register the bot and to accept an invitation or enter a public Space
   *     where that is needed to read it; false to write nothing at all
   * @param onlooker who looks on
   */
  public TargetSurvey(
      Homeserver server, MigrateOptions options, boolean prepare, Onlooker onlooker) {
    this.onlooker = onlooker;
    this.bot = server.as(options.bot());
    this.options = options;
    this.prepare = prepare;
  }

  /** Reads the Space and every room in it. */
  public TargetSpace read() {
    Optional<Set<RoomId>> rooms = joined();
    Optional<RoomId> space = rooms.isEmpty() ? Optional.empty() : resolve();
    if (rooms.isEmpty() || space.isEmpty()) {
      return new TargetSpace(null, null, List.of(), List.copyOf(problems));
    }
    Set<RoomId> joined = rooms.get();
    RoomId id = space.get();
    if (!joined.contains(id) && !enter(id)) {
      problems.add(
          "Ferry's bot is not in the Space %s: open the Space's own room in your client and type %s"
              .formatted(options.space(), asking(bot)));
      return new TargetSpace(id, null, List.of(), List.copyOf(problems));
    }
    SpaceRoom own = new RoomReader(bot).read(id, true);
    if (!own.isSpace()) {
      problems.add(
          options.space()
              + " is an ordinary room, not a Space; correct space in the configuration, or --space where that was typed");
      return new TargetSpace(id, own.name(), List.of(), List.copyOf(problems), true);
    }
    if (own.power() < own.childLevel()) {
      problems.add(
          "Ferry's bot may not add rooms to the Space %s: type /op %s %d in the Space's own room"
              .formatted(options.space(), bot.user(), own.childLevel()));
    }
    return new TargetSpace(id, own.name(), rooms(id, joined), List.copyOf(problems));
  }

  /**
   * What a person has to type before Ferry can carry into a room.
   *
   * @param bot the bot, a member of the room
   * @param room a room that is to be reused
   * @return the sentence; empty where the bot has the power it needs
   */
  public static Optional<String> lacking(Intent bot, RoomId room) {
    SpaceRoom own = new RoomReader(bot).read(room, false);
    String name = own.name();
    return own.power() >= own.carryLevel()
        ? Optional.empty()
        : Optional.of(
            "Ferry's bot lacks power: type /op %s %d in the room %s, then run ferry migrate again"
                .formatted(bot.user(), own.carryLevel(), name == null ? room : Names.shown(name)));
  }

  /** What a person types in a room that the bot is not in, so that it can do its work there. */
  public static String asking(Intent bot) {
    return "/invite %s and then /op %s %d".formatted(bot.user(), bot.user(), USUAL_LEVEL);
  }

  /** Empty where the server does not know the bot, because nothing has registered it yet. */
  private Optional<Set<RoomId>> joined() {
    if (prepare) {
      boolean unused = bot.register(bot.user().localpart());
    }
    try {
      return Optional.of(new HashSet<>(bot.memberships().joinedRooms()));
    } catch (MatrixException e) {
      if (prepare || !e.isForbidden()) {
        throw e;
      }
      problems.add(
          "Ferry's bot %s has no account yet, so the Space cannot be read; ferry plan makes it"
              .formatted(bot.user()));
      return Optional.empty();
    }
  }

  private Optional<RoomId> resolve() {
    String space = options.space();
    if (space.startsWith("!")) {
      return Optional.of(new RoomId(space));
    }
    if (!RoomAlias.isValid(space)) {
      problems.add(
          "the Space \"%s\" is no address of one: write an alias such as #village:%s, or a room id, into space of the configuration or behind --space"
              .formatted(Names.shown(space), bot.user().server()));
      return Optional.empty();
    }
    RoomAlias alias = new RoomAlias(space);
    if (!alias.server().equals(bot.user().server())) {
      return elsewhere(alias);
    }
    Optional<RoomId> found = bot.resolveAlias(alias).map(ResolvedAlias::room);
    if (found.isEmpty() && !options.createSpace()) {
      problems.add(
          "the Space %s does not exist: make it in your client and give it this address, or set create_space: true in the configuration"
              .formatted(space));
    }
    return found;
  }

  /** An alias of another server, which the homeserver has to ask. */
  private Optional<RoomId> elsewhere(RoomAlias alias) {
    String why = "";
    try {
      Optional<RoomId> found = bot.resolveAlias(alias).map(ResolvedAlias::room);
      if (found.isPresent()) {
        return found;
      }
    } catch (MatrixException e) {
      if (e.isTokenRefused()) {
        throw e;
      }
      why = " (" + e.error() + ")";
    }
    problems.add(
        "the Space %s is an alias of %s, and the homeserver finds no such room there%s: name an alias such as #%s:%s, or a Space that it can reach"
            .formatted(alias, alias.server(), why, alias.localpart(), bot.user().server()));
    return Optional.empty();
  }

  private boolean enter(RoomId space) {
    if (!prepare) {
      return false;
    }
    try {
      RoomId unused =
          bot.memberships()
              .join(options.space().startsWith("#") ? options.space() : space.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (e.isForbidden() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Rooms come from the hierarchy, and from the Space's own state where the bot cannot see them.
   */
  private List<TargetRoom> rooms(RoomId space, Set<RoomId> joined) {
    return all(SpaceTree.summaries(bot, space), joined);
  }

  private List<TargetRoom> all(Map<RoomId, ObjectNode> summaries, Set<RoomId> joined) {
    onlooker.rooms(summaries.size());
    Semaphore free = new Semaphore(AT_ONCE);
    List<Future<TargetRoom>> asked = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      summaries.forEach((id, summary) ->
          asked.add(
              threads.submit(() -> {
                free.acquire();
                try {
                  return room(id, summary, joined.contains(id));
                } finally {
                  onlooker.read();
                  free.release();
                }
              })));
    }
    return asked.stream()
        .map(TargetSurvey::result)
        .sorted(Comparator.comparing(TargetRoom::id))
        .toList();
  }

  static <T> T result(Future<T> asked) {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the Space was read", e);
    }
  }

  private TargetRoom room(RoomId id, ObjectNode summary, boolean joined) {
    int members = summary.path("num_joined_members").asInt(-1);
    if (!joined && !accepted(id, summary)) {
      String alias = summary.path("canonical_alias").textValue();
      return new TargetRoom(
          id,
          summary.path("name").textValue(),
          alias != null && RoomAlias.isValid(alias) ? new RoomAlias(alias) : null,
          List.of(),
          summary.path("room_type").textValue(),
          members,
          null,
          false,
          false,
          "type %s in %s".formatted(asking(bot), label(id, summary)));
    }
    SpaceRoom own = new RoomReader(bot).read(id, false);
    boolean powerful = own.power() >= own.carryLevel();
    return new TargetRoom(
        id,
        own.name(),
        own.canonicalAlias(),
        own.aliases(),
        own.type(),
        members,
        own.origin(),
        true,
        powerful,
        powerful
            ? null
            : "type /op %s %d in %s".formatted(bot.user(), own.carryLevel(), label(id, summary)));
  }

  /** An invitation that waits is accepted, so that nobody is told to send it again. */
  private boolean accepted(RoomId id, ObjectNode summary) {
    boolean open = !summary.path("join_rule").asText("invite").equals("invite");
    boolean elsewhere = id.value().contains(":") && !id.value().endsWith(":" + bot.user().server());
    // Into an open room the bot would come without having been asked in.
    if (!prepare || elsewhere || (open && !bot.memberships().isInvited(id))) {
      return false;
    }
    try {
      RoomId unused = bot.memberships().join(id.value(), List.of());
      return true;
    } catch (MatrixException e) {
      if (e.mayResolve() || e.isTokenRefused()) {
        throw e;
      }
      return false;
    }
  }

  private static String label(RoomId id, ObjectNode summary) {
    String name = summary.path("name").textValue();
    return name == null ? "the room " + id : "the room " + Names.shown(name);
  }
}
