package org.ferry.migrate.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger.CarriedMedia;
import org.ferry.migrate.CrossingLedger.CarriedRoom;
import org.ferry.migrate.CrossingLedger.RoomState;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Selection;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.rewrite.Lookups;
import org.ferry.migrate.rewrite.Placeholder;
import org.ferry.migrate.rewrite.Rewriter;
import org.ferry.migrate.rewrite.Rewritten;
import org.ferry.migrate.rewrite.RoomContext;
import org.ferry.migrate.rewrite.SealedFile;
import org.ferry.model.Event;
import org.ferry.model.MediaFile;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;

/**
 * A migration without a single write, neither to a server nor to the ledger: every waiting event is
 * rewritten as if all before it had arrived, and what would be sent is counted.
 */
public final class Rehearsal {
  private final Voyage voyage;
  private final Map<RoomId, RoomFacts> facts;
  private final @Nullable MediaStore media;
  private final List<Plan.PlanRoom> chosen;
  private final Scope scope;
  private final Selection selection;
  private final Watch watch;
  private final Contexts contexts;
  private final Map<String, Long> skipped = new TreeMap<>();
  private final Map<String, Long> failing = new TreeMap<>();
  private final Set<MxcUri> files = new HashSet<>();
  private long fileBytes;
  private long events;
  private long redactions;
  private long inClear;
  private long placeholders;
  private long inDoubt;

  /**
   * What a migration would write.
   *
   * @param people ghosts and accounts to make or bring up to date
   * @param rooms rooms to make
   * @param events events to send
   * @param redactions redactions to send
   * @param files files to upload
   * @param fileBytes their bytes together
   * @param aliases aliases to make
   * @param aliasesMoved aliases to move from an earlier destination
   * @param aliasesLeft aliases that an earlier destination keeps
   * @param settings what people kept for themselves and is to be set: direct chats, and for
   *     accounts tags, push rules, ignored people, read markers and the like
   * @param skipped events left out, by rule
   * @param failing events that could not be carried as things are, by reason
   * @param inClear of the events, encrypted ones that are carried in clear
   * @param placeholders of the events, placeholders for encrypted ones that no key opens
   * @param inDoubt events besides, which may have arrived: they are looked for, and sent where they
   *     are not there
   */
  public record Outcome(
      long people,
      long rooms,
      long events,
      long redactions,
      long files,
      long fileBytes,
      long aliases,
      long aliasesMoved,
      long aliasesLeft,
      long settings,
      Map<String, Long> skipped,
      Map<String, Long> failing,
      long inClear,
      long placeholders,
      long inDoubt) {}

  /**
   * Prepares a rehearsal; the arguments are those of a {@link Migration}.
   *
   * @param voyage from where to where, by which plan
   * @param facts what the source's rooms are
   * @param media the files' bytes, null where none were given
   * @param scope what of the plan
   * @param watch who looks on
   */
  public Rehearsal(
      Voyage voyage, List<RoomFacts> facts, @Nullable MediaStore media, Scope scope, Watch watch) {
    this.voyage = voyage;
    this.facts = facts.stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
    this.media = media;
    this.chosen =
        voyage.plan().rooms().stream()
            .filter(Plan.PlanRoom::carried)
            .filter(scope.rooms())
            .toList();
    this.scope = scope;
    this.selection = scope.selection();
    this.watch = watch;
    this.contexts = new Contexts(voyage);
  }

  /**
   * Counts.
   *
   * @param standardVersion the room version that the destination makes unless told otherwise
   * @return what would be written
   */
  public Outcome run(String standardVersion) {
    Imagined imagined = new Imagined();
    boolean tombstones = voyage.options().replay().redacted().equals("tombstone");
    Rewriter rewriter =
        new Rewriter(imagined, voyage.origin(), tombstones, false, voyage.looking());
    long rooms = 0;
    watch.phase("rooms", chosen.size());
    for (Plan.PlanRoom plan : chosen) {
      RoomFacts fact = facts.get(plan.id());
      if (fact == null || watch.stopping()) {
        continue;
      }
      CarriedRoom row =
          voyage.ledger().room(voyage.id(), plan.id()).filter(r -> r.target() != null).orElse(null);
      rooms += row == null && plan.action() == Plan.RoomAction.CREATE ? 1 : 0;
      room(plan, fact, row == null ? imaginedRow(plan, standardVersion) : row, rewriter, imagined);
      watch.step(1);
    }
    Set<RoomId> ids = chosen.stream().map(Plan.PlanRoom::id).collect(Collectors.toSet());
    RehearsedExtras extras = new RehearsedExtras(voyage, scope, new OfChosen(ids), ids);
    RehearsedExtras.AliasCount aliases = extras.aliases();
    return new Outcome(
        people(),
        rooms,
        events,
        redactions,
        files.size(),
        fileBytes,
        aliases.made(),
        aliases.moved(),
        aliases.left(),
        extras.settings(facts),
        skipped,
        failing,
        inClear,
        placeholders,
        inDoubt);
  }

  private CarriedRoom imaginedRow(Plan.PlanRoom plan, String version) {
    return new CarriedRoom(
        plan.id(), null, RoomState.WAITING, "create", voyage.options().bot(), version, null, "{}");
  }

  private long people() {
    Cast cast = new Cast(voyage);
    return voyage.plan().people().stream()
        .filter(
            p -> p.action() == Plan.PersonAction.GHOST || p.action() == Plan.PersonAction.ACCOUNT)
        .map(Plan.PlanPerson::target)
        .filter(t -> t != null && cast.row(t).filter(r -> r.state().equals("ready")).isEmpty())
        .count();
  }

  private void room(
      Plan.PlanRoom plan, RoomFacts fact, CarriedRoom row, Rewriter rewriter, Imagined imagined) {
    RoomContext context = contexts.of(plan, fact, row).atTheEnd().withoutWaiting();
    try (Stream<Event> waiting = waiting(plan.id())) {
      waiting
          .filter(selection::selects)
          .forEach(e -> imagined.know(e.id(), plan.id(), one(e, rewriter, context, imagined)));
    }
    imagined.forget();
    inDoubt +=
        voyage.ledger().doubtful(voyage.id(), plan.id()).stream()
            .filter(e -> selection.selects(e.event()))
            .count();
  }

  private Stream<Event> waiting(RoomId room) {
    if (voyage.ledger().room(voyage.id(), room).isEmpty()) {
      return voyage.sources().events(voyage.source().id(), room);
    }
    return voyage
        .ledger()
        .fates(voyage.id(), room)
        .filter(f -> f.state() == EventState.WAITING || f.state() == EventState.FAILED)
        .map(EventFate::event);
  }

  private void encrypted(Event event, Rewritten.Send send, Imagined imagined) {
    if (event.type().equals("m.room.encrypted")) {
      boolean placeholder = send.repairs().contains(Placeholder.NOTE);
      placeholders += placeholder ? 1 : 0;
      inClear += placeholder ? 0 : 1;
      if (placeholder) {
        imagined.standIn(event);
      }
    }
  }

  private @Nullable String one(
      Event event, Rewriter rewriter, RoomContext context, Imagined imagined) {
    Rewritten rewritten;
    try {
      rewritten = rewriter.rewrite(event, context);
    } catch (IllegalArgumentException e) {
      rewritten = new Rewritten.Fail("its content cannot be read");
    }
    return switch (rewritten) {
      case Rewritten.Send send -> {
        events++;
        encrypted(event, send, imagined);
        yield null;
      }
      case Rewritten.Redact redact -> {
        redactions++;
        yield null;
      }
      case Rewritten.Skip skip -> {
        skipped.merge(skip.reason(), 1L, Long::sum);
        yield skip.reason();
      }
      case Rewritten.Fail fail -> {
        failing.merge(fail.reason(), 1L, Long::sum);
        yield fail.reason();
      }
      case Rewritten.Postpone postpone -> {
        failing.merge(postpone.reason(), 1L, Long::sum);
        yield postpone.reason();
      }
      case Rewritten.Last last -> null;
      case Rewritten.Await await -> null;
    };
  }

  /** The same for what people kept: of rooms that this run leaves out nothing is set. */
  private final class OfChosen extends Imagined {
    private final Set<RoomId> ids;

    OfChosen(Set<RoomId> ids) {
      this.ids = ids;
    }

    @Override
    public RoomFate room(RoomId old) {
      return ids.contains(old) ? super.room(old) : inTruth(old);
    }
  }

  /** A world in which everything before has arrived under its old name. */
  private class Imagined implements Lookups, Courier {
    private final LedgerLookups real = new LedgerLookups(voyage, contexts.cast(), this, Set.of());
    private final Map<EventId, LinkFate> seen = new HashMap<>();
    private final Map<RoomAlias, Optional<RoomAlias>> free = new HashMap<>();

    void know(EventId id, RoomId room, @Nullable String leftOut) {
      // Only what is left out needs remembering; everything else counts as arrived.
      if (leftOut != null) {
        seen.put(id, new LinkFate.Left(room, leftOut));
      }
    }

    void standIn(Event event) {
      seen.put(
          event.id(),
          new LinkFate.Carried(event.room(), event.id(), Lookups.Substance.PLACEHOLDER));
    }

    /** Relations hold within a room: the next one asks for none of these. */
    void forget() {
      seen.clear();
    }

    @Override
    public Optional<UserId> user(UserId old) {
      return contexts.cast().apply(old);
    }

    RoomFate inTruth(RoomId old) {
      return real.room(old);
    }

    @Override
    public RoomFate room(RoomId old) {
      return real.room(old) instanceof RoomFate.Pending
          ? new RoomFate.Carried(old)
          : real.room(old);
    }

    @Override
    public boolean inSpace(RoomId old) {
      return real.inSpace(old);
    }

    @Override
    public LinkFate event(EventId old) {
      LinkFate left = seen.get(old);
      if (left != null) {
        return left;
      }
      return voyage
          .sources()
          .event(voyage.source().id(), old)
          .<LinkFate>map(e -> LinkFate.Carried.of(e, old, true))
          .orElseGet(LinkFate.Unknown::new);
    }

    @Override
    public FileFate media(MxcUri old) {
      return file(old, old);
    }

    @Override
    public FileFate carry(MxcUri old) {
      return media(old);
    }

    @Override
    public FileFate carry(SealedFile file) {
      return opened(file);
    }

    @Override
    public FileFate opened(SealedFile file) {
      return file(file.address(), file.clearCopy());
    }

    /**
     * The file at an address, which the ledger knows under another where it is carried in clear.
     */
    private FileFate file(MxcUri old, MxcUri known) {
      boolean done =
          voyage
              .ledger()
              .media(voyage.id(), known)
              .map(CarriedMedia::state)
              .orElse("")
              .equals("carried");
      Optional<MediaFile> file = voyage.sources().media(voyage.source().id(), old);
      boolean local = old.server().equals(voyage.source().info().server());
      if (done || (file.isEmpty() && !local)) {
        return new FileFate.Elsewhere();
      }
      if (file.isEmpty() || !stored(file.get())) {
        boolean bear = !local || voyage.options().replay().missingMedia().equals("carry");
        return bear
            ? new FileFate.Elsewhere()
            : new FileFate.Missing(
                media == null
                    ? "its file: no media store was given"
                    : "its file is not in the media store");
      }
      if (files.add(known)) {
        fileBytes += Math.max(0, file.get().length());
      }
      return new FileFate.Carried(old);
    }

    private boolean stored(MediaFile file) {
      try {
        return media != null && media.find(file.path()).isPresent();
      } catch (java.io.IOException e) {
        return false;
      }
    }

    @Override
    public Optional<RoomAlias> alias(RoomAlias old) {
      Optional<RoomAlias> made = real.alias(old);
      boolean ours = old.server().equals(voyage.source().info().server());
      return made.isPresent() || !ours ? made : free.computeIfAbsent(old, this::free);
    }

    /** An alias that leads somewhere already is not made, here as in a migration. */
    private Optional<RoomAlias> free(RoomAlias old) {
      RoomAlias target = new RoomAlias("#" + old.localpart() + ":" + voyage.domain());
      return voyage.bot().resolveAlias(target).isPresent() ? Optional.empty() : Optional.of(target);
    }
  }
}
