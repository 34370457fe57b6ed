package org.ferry.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.app.Carrying;
import org.ferry.app.Destinations;
import org.ferry.app.Doctor;
import org.ferry.app.ExpectedRate;
import org.ferry.app.Followed;
import org.ferry.app.Passage;
import org.ferry.app.Planning;
import org.ferry.app.Wishes;
import org.ferry.checkup.Check;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanTotals;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.replay.Rehearsal;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Print the totals, ask, then carry everything.",
      "Run again it goes on, and carries only what is new or failed."
    },
    footer = {
      "  ferry migrate --dry-run",
      "  ferry migrate synapse.sql.gz --media media_store --rooms '#garden:*' --yes",
      "  ferry migrate --since 90d",
      "  ferry migrate --space '#test:new.example.org' --plan test.yaml"
    })
final class MigrateCommand extends FerryCommand {
  @Mixin final Sources source = new Sources();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "The plan to follow; plan.yaml where it exists.")
  @Nullable Path plan;

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(
      names = "--dry-run",
      description = "Do all but write to a server, and say what would be written.")
  boolean dryRun;

  @Option(
      names = "--rooms",
      paramLabel = "GLOB",
      description = "Only rooms whose id, alias or name matches; may be repeated.")
  List<String> rooms = new ArrayList<>();

  @Option(
      names = "--users",
      paramLabel = "GLOB",
      description = {
        "Only people whose old id or name matches: what they sent and their membership, in the"
            + " rooms in which they ever were. Rooms get their present name and rules. A later run"
            + " without it carries the rest, which then stands late. May be repeated."
      })
  List<String> users = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = {
        "Only what was sent at TIME or later, in rooms that have such: 2024-01-31,"
            + " 2024-01-31T20:00, or 30d for thirty days ago. A room begins with the state that it"
            + " had then; older events wait for a run without it, and then stand late."
      })
  @Nullable String since;

  @Option(
      names = "--take-aliases",
      description = "Move aliases here that an earlier destination of the same source holds.")
  boolean takeAliases;

  @Option(
      names = "--no-invitations",
      description =
          "Invite no members of third servers, as for a rehearsal; a later run without it does.")
  boolean noInvitations;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  @Option(names = "--json", description = "The outcome as JSON on standard output.")
  boolean json;

  private Wishes wishes = Wishes.all();

  MigrateCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    Instant from = Moments.past(since, InstantSource.system());
    wishes = new Wishes(rooms, users, from, takeAliases, !noInvitations);
    try (Work work = new Work(session())) {
      Sources.Named named = source.named(work.ferry().config(), session().world().folder());
      if (dryRun) {
        try (MediaStore media = work.media(named, source)) {
          return rehearse(work, named, media);
        }
      }
      CrossingLedger.Claim claim = work.ferry().crossings().claim("migrate");
      // After the claim: a second run is refused at once, however long a tar takes to be read.
      try (MediaStore media = work.media(named, source)) {
        return carry(work, named, media);
      } finally {
        claim.close();
      }
    }
  }

  private int carry(Work work, Sources.@Nullable Named named, @Nullable MediaStore media)
      throws InterruptedException {
    Passage passage = work.passage(work.source(named), space);
    Planning planning = new Planning(work.ferry(), passage);
    TargetSpace target = looked(work, planning, true);
    Carrying carrying = new Carrying(work.ferry(), passage);
    carrying.check(target);
    Followed followed = followed(work, passage, planning, target);
    PlanTotals totals = carrying.totals(followed.plan(), target, wishes);
    tell(totals);
    elsewhere(work, passage, target);
    if (!session().ask().confirm(totals.question(), yes)) {
      session().tell("Nothing was done.");
      return ExitStatus.DONE;
    }
    Doctor.gate(work.ferry()).pass(accepted(followed));
    Carrying.Outcome outcome =
        carrying.migrate(carrying.space(target), followed, media, wishes, work.watch());
    work.progress().end();
    if (json) {
      session().json(StatusJson.of(outcome.standing(), work.ferry(), false));
    } else {
      StatusView.lines(outcome.standing(), work.ferry(), false).forEach(session()::say);
    }
    if (!outcome.whole() && session().stop().requested()) {
      throw new InterruptedException("stopped before everything was looked at");
    }
    if (outcome.whole()) {
      left(outcome.standing().events()).forEach(session()::tell);
    }
    return outcome.whole() && outcome.standing().failures().isEmpty()
        ? ExitStatus.DONE
        : ExitStatus.FAILED;
  }

  /** What to do about what a run that came to its end has not carried. */
  private List<String> left(Standing.Sums events) {
    List<String> lines = new ArrayList<>();
    if (events.waiting() > 0) {
      lines.add(
          wishes.isPartial()
              ? "What waits was left out on purpose; ferry migrate without --users and --since carries it."
              : rooms.isEmpty()
                  ? "What waits is carried by the next run, once what it waits for is there."
                  : "What waits in other rooms is carried by ferry migrate without --rooms.");
    }
    if (events.doubt() > 0) {
      lines.add(
          "What is in doubt may have arrived when an earlier run was cut off; ferry migrate%s looks, and carries what has not."
              .formatted(rooms.isEmpty() ? "" : " without --rooms"));
    }
    return lines;
  }

  private void tell(PlanTotals planned) {
    PlanTotals totals = noInvitations ? planned.withoutInvitations() : planned;
    totals.lines().forEach(session()::tell);
    if (planned.invitations() > totals.invitations()) {
      session()
          .tell(
              "With --no-invitations nobody of a third server is invited; %,d %s for a run without it."
                  .formatted(
                      planned.invitations(),
                      planned.invitations() == 1 ? "invitation waits" : "invitations wait"));
    }
    String options = wishes.words();
    if (!options.isEmpty()) {
      session()
          .tell(
              "With %s, rooms and messages are those that this run carries; people and files are everybody's."
                  .formatted(options));
    }
  }

  private static TargetSpace looked(Work work, Planning planning, boolean prepare) {
    try {
      return planning.target(prepare, work.reading());
    } finally {
      work.progress().end();
    }
  }

  /** Progress belongs to a source and a Space: a second one starts from nothing. */
  private void elsewhere(Work work, Passage passage, TargetSpace target) {
    RoomId id = target.id();
    List<Crossing> earlier =
        work.ferry().crossings().all().stream()
            .filter(c -> c.source() == passage.source().id() && !c.space().equals(id))
            .toList();
    if (earlier.isEmpty() || (id != null && passage.begun(work.ferry(), id).isPresent())) {
      return;
    }
    session()
        .tell(
            "%s was carried into %s before. Into %s it starts from nothing: nothing there counts here.%s"
                .formatted(
                    passage.source().info().server(),
                    earlier.stream()
                        .map(c -> Destinations.label(work.ferry(), c))
                        .distinct()
                        .collect(Collectors.joining(", ")),
                    passage.options().space(),
                    takeAliases
                        ? " The rooms' aliases move here."
                        : " The rooms' aliases stay there until --take-aliases moves them."));
  }

  private int rehearse(Work work, Sources.@Nullable Named named, @Nullable MediaStore media)
      throws InterruptedException {
    Passage passage = work.passage(work.sourceAlone(named, "migrate --dry-run"), space);
    Planning planning = new Planning(work.ferry(), passage);
    TargetSpace target = looked(work, planning, false);
    Followed followed = followed(work, passage, planning, target);
    session().tell(Doctor.gate(work.ferry()).recall(accepted(followed)));
    Carrying carrying = new Carrying(work.ferry(), passage);
    tell(carrying.totals(followed.plan(), target, wishes));
    RoomId id = target.id();
    Crossing crossing =
        id == null
            ? passage.notBegun(work.ferry())
            : passage.begun(work.ferry(), id).orElseGet(() -> passage.notBegun(work.ferry()));
    Rehearsal.Outcome outcome =
        carrying.rehearse(crossing, followed.plan(), media, wishes, work.watch());
    work.progress().end();
    if (json) {
      session().json(outcome);
    } else {
      boolean accounts = followed.plan().people().stream().anyMatch(Plan.PlanPerson::real);
      RehearsalView.lines(outcome, ExpectedRate.find(work.ferry(), crossing), accounts)
          .forEach(session()::say);
    }
    return ExitStatus.DONE;
  }

  private static Set<Check> accepted(Followed followed) {
    return followed.plan().forced() == Plan.ForcedEncryption.ACCEPT
        ? Set.of(Check.FORCED_ENCRYPTION)
        : Set.of();
  }

  private Followed followed(Work work, Passage passage, Planning planning, TargetSpace target) {
    Path standard = session().world().folder().resolve("plan.yaml");
    Path file = plan == null ? standard : session().world().folder().resolve(plan);
    Followed followed =
        plan != null || Files.exists(standard)
            ? Followed.file(planning, file, target)
            : Followed.unnamed(work.ferry(), passage, planning, target);
    followed.notes().forEach(n -> session().tell("note: " + n));
    return followed;
  }
}
