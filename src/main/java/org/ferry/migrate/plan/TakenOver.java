package org.ferry.migrate.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.plan.Plan.PersonAction;
import org.ferry.migrate.plan.Plan.PlanPerson;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;
import org.jspecify.annotations.Nullable;

/**
 * Lines that a person edited in the plan for another Space, made to fit this one: what they say of
 * the source's people and rooms holds here too, what they say of the other Space's rooms does not.
 *
 * @param draft what {@link PlanFile#merge} takes for the earlier plan: this Space's own edits, and
 *     the other plan's where there are none
 * @param lines how many lines came from the other plan
 * @param left what was not taken over, each with its reason
 */
public record TakenOver(Draft draft, long lines, List<String> left) {

  /** The lines of one plan by id, and which of them somebody edited. */
  private record Source(Plan plan, Map<String, String> marks) {
    static Source of(@Nullable Draft draft, Plan proposed) {
      return draft == null
          ? new Source(proposed.with(List.of(), List.of()), Map.of())
          : new Source(draft.plan(), draft.marks());
    }

    Map<String, PlanPerson> people() {
      return plan.people().stream().collect(Collectors.toMap(p -> p.id().value(), p -> p));
    }

    Map<String, PlanRoom> rooms() {
      return plan.rooms().stream().collect(Collectors.toMap(r -> r.id().value(), r -> r));
    }

    boolean isEdited(PlanPerson line) {
      return !Marks.of(line).equals(marks.get(line.id().value()));
    }

    boolean isEdited(PlanRoom line) {
      return !Marks.of(line).equals(marks.get(line.id().value()));
    }
  }

  /**
   * Takes over.
   *
   * @param proposed what is proposed for this Space
   * @param own this Space's own earlier plan, null where there is none
   * @param other the plan for another Space
   * @param there the rooms of this Space
   * @param progress what has been carried here, which is fixed
   */
  public static TakenOver of(
      Plan proposed, @Nullable Draft own, Draft other, Set<RoomId> there, Progress progress) {
    return new Work(Source.of(own, proposed), Source.of(other, proposed), there, progress)
        .over(proposed, own == null ? other : own);
  }

  /** One taking over. */
  private static final class Work {
    private final Source own;
    private final Source other;
    private final Set<RoomId> there;
    private final Progress progress;
    private final Map<String, String> marks = new HashMap<>();
    private final List<String> left = new ArrayList<>();
    private long lines;

    Work(Source own, Source other, Set<RoomId> there, Progress progress) {
      this.own = own;
      this.other = other;
      this.there = there;
      this.progress = progress;
    }

    TakenOver over(Plan proposed, Draft base) {
      List<PlanPerson> people = people(proposed);
      List<PlanRoom> rooms = rooms(proposed);
      Plan plan =
          new Plan(
              proposed.server(),
              proposed.load(),
              proposed.domain(),
              proposed.space(),
              people,
              rooms,
              base.plan().forced());
      return new TakenOver(new Draft(plan, new HashSet<>(), marks), lines, List.copyOf(left));
    }

    private List<PlanPerson> people(Plan proposed) {
      Map<String, PlanPerson> mine = own.people();
      Map<String, PlanPerson> theirs = other.people();
      List<PlanPerson> people = new ArrayList<>();
      for (PlanPerson line : proposed.people()) {
        String id = line.id().value();
        PlanPerson before = mine.get(id);
        PlanPerson edited = theirs.get(id);
        PlanPerson taken =
            edited == null || (before != null && own.isEdited(before)) || !other.isEdited(edited)
                ? null
                : fitting(edited, line);
        if (taken != null) {
          lines++;
          marks.put(id, Draft.BY_HAND);
          people.add(taken);
        } else if (before != null || edited != null) {
          people.add(before == null ? line : before);
          marks.put(id, before == null ? Marks.of(line) : mark(own, id));
        }
      }
      return people;
    }

    private @Nullable PlanPerson fitting(PlanPerson edited, PlanPerson line) {
      boolean same =
          edited.action() == line.action() && Objects.equals(edited.target(), line.target());
      if (same || edited.action() == PersonAction.CONFLICT) {
        return null;
      }
      if (progress.isFixed(line.id())) {
        left.add(line.id() + " was carried here already");
        return null;
      }
      return new PlanPerson(
          line.id(), line.name(), edited.action(), edited.target(), line.reason());
    }

    private List<PlanRoom> rooms(Plan proposed) {
      Map<String, PlanRoom> mine = own.rooms();
      Map<String, PlanRoom> theirs = other.rooms();
      List<PlanRoom> rooms = new ArrayList<>();
      for (PlanRoom line : proposed.rooms()) {
        String id = line.id().value();
        PlanRoom before = mine.get(id);
        PlanRoom edited = theirs.get(id);
        PlanRoom taken =
            edited == null || (before != null && own.isEdited(before)) || !other.isEdited(edited)
                ? null
                : fitting(edited, line);
        if (taken != null) {
          lines++;
          marks.put(id, Draft.BY_HAND);
          rooms.add(taken);
        } else if (before != null || edited != null) {
          rooms.add(before == null ? line : before);
          marks.put(id, before == null ? Marks.of(line) : mark(own, id));
        }
      }
      return rooms;
    }

    private @Nullable PlanRoom fitting(PlanRoom edited, PlanRoom line) {
      boolean beside = edited.action() == RoomAction.CREATE && isThere(line);
      RoomAction action =
          beside || edited.action() == RoomAction.CONFLICT ? line.action() : edited.action();
      boolean reuse = action == RoomAction.REUSE && edited.action() == RoomAction.REUSE;
      RoomId target = reuse ? edited.target() : action == line.action() ? line.target() : null;
      PlanRoom taken =
          new PlanRoom(
              line.id(),
              line.name(),
              edited.kind(),
              action,
              edited.history(),
              target,
              line.candidates(),
              edited.parents(),
              edited.inSpace(),
              line.messages(),
              line.reason());
      boolean same = Marks.of(taken).equals(Marks.of(line));
      if (same && !beside) {
        return null;
      }
      String name = "%s (%s)".formatted(line.id(), line.name());
      if (progress.rooms().containsKey(line.id())) {
        left.add(name + " was carried here already");
        return null;
      }
      if (reuse && (target == null || !there.contains(target))) {
        left.add("%s: reuse of %s, which is not in this Space".formatted(name, target));
        return null;
      }
      if (beside) {
        left.add(name + ": create, while this Space has a room for it; decide that here");
      }
      return same ? null : taken;
    }

    /** A room of which the other Space knew nothing: whoever edited there did not decide on it. */
    private static boolean isThere(PlanRoom line) {
      return line.action() == RoomAction.REUSE
          || line.action() == RoomAction.CONFLICT
          || (line.action() == RoomAction.SKIP && line.reason().endsWith(Planner.FOUND_AND_LEFT));
    }

    private static String mark(Source of, String id) {
      return of.marks().getOrDefault(id, Draft.BY_HAND);
    }
  }
}
