package org.ferry.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.SourceLedger.Stranger;
import org.ferry.migrate.plan.Draft;
import org.ferry.migrate.plan.ExistingAccounts;
import org.ferry.migrate.plan.ExistingAccounts.Absent;
import org.ferry.migrate.plan.ExistingRooms;
import org.ferry.migrate.plan.Facts;
import org.ferry.migrate.plan.MapFile;
import org.ferry.migrate.plan.PeopleCsv;
import org.ferry.migrate.plan.PeopleList;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanChecks;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.PlanFile;
import org.ferry.migrate.plan.PlanTotals;
import org.ferry.migrate.plan.Planner;
import org.ferry.migrate.plan.Progress;
import org.ferry.migrate.plan.TakenOver;
import org.ferry.migrate.plan.TargetRoom;
import org.ferry.migrate.plan.TargetSpace;
import org.ferry.migrate.plan.TargetSurvey;
import org.ferry.migrate.plan.WaysIn;
import org.ferry.migrate.replay.Watch;
import org.ferry.model.Person;
import org.ferry.model.WayIn;
import org.jspecify.annotations.Nullable;

/** Makes the plan of a passage, and reads it back to be followed. */
public final class Planning {
  private final Ferry ferry;
  private final Passage passage;

  /**
   * Planning of a passage.
   *
   * @param ferry the running Ferry
   * @param passage the passage
   */
  public Planning(Ferry ferry, Passage passage) {
    this.ferry = ferry;
    this.passage = passage;
  }

  /**
   * A plan and what goes with it.
   *
   * @param plan the plan
   * @param totals what it amounts to
   * @param target the destination Space as it stands
   * @param text the plan file
   * @param existingRooms the content of {@code existing-rooms.json}
   * @param people the content of {@code people.csv}
   * @param unfollowed how many lines of that list name new ids that the plan does not follow
   * @param kept lines of that list that stay, of people whom this source does not know
   * @param gone lines that Ferry had written there, of people whom this source does not know
   * @param notes what else is to be said
   */
  public record Proposal(
      Plan plan,
      PlanTotals totals,
      TargetSpace target,
      String text,
      String existingRooms,
      String people,
      long unfollowed,
      List<UserId> kept,
      List<UserId> gone,
      List<String> notes) {}

  /**
   * Reads the destination.
   *
   * @param prepare true to register the bot and accept its invitation, which a dry run must not
   * @param watch who looks on
   * @return the Space as it stands
   */
  public TargetSpace target(boolean prepare, Watch watch) {
    TargetSurvey.Onlooker onlooker =
        new TargetSurvey.Onlooker() {
          @Override
          public void rooms(int count) {
            if (count > 0) {
              watch.phase("rooms of the Space", count);
            }
          }

          @Override
          public void read() {
            watch.step(1);
          }
        };
    return new TargetSurvey(ferry.homeserver(), passage.options(), prepare, onlooker).read();
  }

  /**
   * Proposes a plan.
   *
   * @param target the destination Space as it stands
   * @param previous an earlier plan whose edits are kept; may not exist
   * @param list the list of people beside it, whose hand-made lines are kept; may not exist
   * @return the proposal
   */
  public Proposal propose(TargetSpace target, @Nullable Path previous, @Nullable Path list) {
    return propose(target, previous(previous), list);
  }

  /**
   * Proposes a plan with what somebody edited in the plan for another Space.
   *
   * @param target the destination Space as it stands
   * @param previous as above; its own edits come first
   * @param list as above
   * @param from the plan for another Space
   * @return the proposal, which says what was taken over and what was not
   */
  public Proposal propose(TargetSpace target, Path previous, Path list, Path from) {
    Draft other =
        PlanFile.elsewhere(
            from, passage.source().info().server(), ferry.config().homeserver().domain());
    return propose(target, previous(previous), list, new Edits(from.toString(), other));
  }

  /**
   * A plan for another Space.
   *
   * @param label what it is called in messages
   * @param draft the plan with its edits
   */
  private record Edits(String label, Draft draft) {
    List<String> notes(TakenOver taken, String space) {
      String lines = taken.lines() == 1 ? "line was" : "lines were";
      String some =
          "%,d edited %s taken over from %s, the plan for %s"
              .formatted(taken.lines(), lines, label, draft.plan().space());
      return Stream.concat(
              Stream.of(some),
              taken.left().stream().map(l -> "not taken over for %s: %s".formatted(space, l)))
          .toList();
    }
  }

  private @Nullable Draft previous(@Nullable Path file) {
    return file != null && Files.exists(file)
        ? PlanFile.previous(
            file,
            passage.source().info().server(),
            ferry.config().homeserver().domain(),
            passage.options().space())
        : null;
  }

  /**
   * Proposes a plan.
   *
   * @param target the destination Space as it stands
   * @param earlier an earlier plan whose edits are kept; null for none
   * @param list as above
   * @return the proposal
   */
  Proposal propose(TargetSpace target, @Nullable Draft earlier, @Nullable Path list) {
    return propose(target, earlier, list, null);
  }

  private Proposal propose(
      TargetSpace target, @Nullable Draft earlier, @Nullable Path list, @Nullable Edits edits) {
    PeopleList before =
        (list == null ? new PeopleList(Map.of(), List.of(), Map.of()) : PeopleList.read(list))
            .byHand(
                passage.options().identities().usernameTemplate(),
                ferry.config().homeserver().domain());
    ExistingAccounts accounts = accounts();
    Progress progress = progress(target);
    Plan proposed = accounts.mark(proposed(target, earlier, progress), progress);
    TakenOver taken =
        edits == null
            ? null
            : TakenOver.of(proposed, earlier, edits.draft(), ids(target), progress);
    Draft known = taken == null ? earlier : taken.draft();
    Draft merged = known == null ? Draft.of(proposed) : PlanFile.merge(proposed, known);
    Absent absent = accounts.absent(merged.plan(), progress);
    Draft draft = absent.mark(merged);
    PlanTotals totals =
        PlanTotals.of(
            draft.plan(),
            passage.facts(),
            passage.source(),
            target.rooms(),
            Covers.of(ferry, passage.source(), draft.plan()),
            MapFile.all(passage.options().identities()));
    return new Proposal(
        draft.plan(),
        totals,
        target,
        PlanFile.render(draft, totals, byId()),
        ExistingRooms.render(target.rooms(), draft.plan()),
        PeopleCsv.render(draft.plan(), people(), before, earlier, waysIn()),
        before.unfollowed(draft.plan(), earlier),
        before.unknown(draft.plan(), true),
        before.unknown(draft.plan(), false),
        Stream.of(
                edits == null || taken == null
                    ? List.<String>of()
                    : edits.notes(taken, passage.options().space()),
                absent.sentences(draft.plan()),
                absent.note().stream().toList())
            .flatMap(List::stream)
            .toList());
  }

  private static Set<RoomId> ids(TargetSpace target) {
    return target.rooms().stream().map(TargetRoom::id).collect(Collectors.toSet());
  }

  private ExistingAccounts accounts() {
    return new ExistingAccounts(
        ferry.homeserver(), ferry.admin().orElse(null), passage.options().bot());
  }

  private Plan proposed(TargetSpace target, @Nullable Draft earlier, Progress progress) {
    return new Planner()
        .propose(
            new Facts(
                passage.source(),
                passage.facts(),
                people(),
                this::strangers,
                passage.options(),
                ferry.config().homeserver().domain(),
                target.rooms(),
                MapFile.byHand(
                    passage.options().identities(), earlier, ferry.config().homeserver().domain()),
                progress,
                earlier == null ? null : earlier.plan()));
  }

  /**
   * Reads a plan that is to be followed.
   *
   * @param file the plan
   * @param target the destination Space as it stands
   * @return the plan, checked
   */
  public Followed read(Path file, TargetSpace target) {
    return read(file.toString(), PlanFile.text(file), target);
  }

  /**
   * Reads a plan that is to be followed.
   *
   * @param label what it is called in messages
   * @param text the plan
   * @param target the destination Space as it stands
   * @return the plan, checked
   * @throws PlanException with every problem
   */
  Followed read(String label, String text, TargetSpace target) {
    Progress progress = progress(target);
    Set<UserId> people =
        proposed(target, null, progress).people().stream()
            .map(Plan.PlanPerson::id)
            .collect(Collectors.toSet());
    Plan plan =
        PlanFile.read(
            label,
            text,
            new PlanChecks(
                passage.source().info().server(),
                passage.source().load(),
                ferry.config().homeserver().domain(),
                passage.options().space(),
                people,
                byId(),
                progress,
                MapFile.all(passage.options().identities()),
                target,
                passage.options().bot(),
                passage.options().identities().usernameTemplate()));
    Absent absent = accounts().absent(plan, progress);
    List<String> sentences = absent.sentences(plan);
    if (!sentences.isEmpty()) {
      throw new PlanException(
          Stream.concat(
                  Stream.of(
                      "People are mapped to accounts that are not there, or out of reach; nothing was carried."),
                  sentences.stream())
              .toList());
    }
    return new Followed(plan, text, absent.note().stream().toList());
  }

  private Map<RoomId, RoomFacts> byId() {
    return passage.facts().stream().collect(Collectors.toMap(RoomFacts::id, Function.identity()));
  }

  private Progress progress(TargetSpace target) {
    return Optional.ofNullable(target.id())
        .flatMap(space -> passage.begun(ferry, space))
        .map(crossing -> Progress.of(ferry.crossings(), crossing))
        .orElseGet(() ->
            Progress.none(
                ferry
                    .crossings()
                    .settings()
                    .accounts(passage.source().id(), ferry.config().homeserver().domain())));
  }

  private List<Person> people() {
    try (Stream<Person> people = ferry.sources().people(passage.source().id())) {
      return people.toList();
    }
  }

  private WaysIn waysIn() {
    try (Stream<WayIn> all = ferry.sources().waysIn(passage.source().id())) {
      return new WaysIn(all, passage.options().identities().administered());
    }
  }

  private List<Stranger> strangers(Set<RoomId> rooms) {
    try (Stream<Stranger> strangers = ferry.sources().strangers(passage.source().id(), rooms)) {
      return strangers.toList();
    }
  }
}
