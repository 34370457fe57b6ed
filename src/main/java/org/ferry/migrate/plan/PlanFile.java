package org.ferry.migrate.plan;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.plan.Plan.PlanRoom;
import org.ferry.migrate.plan.Plan.RoomAction;

/** The plan as a file that a person reads and edits. */
public final class PlanFile {
  private static final long LARGEST = 64L << 20;

  private PlanFile() {}

  /**
   * Writes a plan.
   *
   * @param draft the plan, from {@link Draft#of} or {@link #merge}
   * @param totals for its head
   * @param facts what else is known of the rooms, for the reader; may lack rooms
   * @return the text of the file; the same draft always gives the same text
   */
  public static String render(Draft draft, PlanTotals totals, Map<RoomId, RoomFacts> facts) {
    return new PlanWriter(draft, facts).write(totals);
  }

  /**
   * Reads a plan that is to be followed. Parents that are not carried are dropped, so that their
   * rooms move up.
   *
   * @param file the file
   * @param checks what it must agree with
   * @return the plan
   * @throws PlanException with every problem, each with its line and remedy
   */
  public static Plan read(Path file, PlanChecks checks) {
    return read(file.toString(), text(file), checks);
  }

  /**
   * Reads a plan that is to be followed, from a text.
   *
   * @param label what it is called in messages
   * @param text the plan
   * @param checks what it must agree with
   * @return the plan
   * @throws PlanException with every problem, each with its line and remedy
   */
  public static Plan read(String label, String text, PlanChecks checks) {
    Problems problems = new Problems(label);
    PlanReader.Content read = PlanReader.read(text, problems);
    PlanReader.Content content =
        new PlanReader.Content(withoutGone(read.draft(), checks), read.lines(), read.top());
    new PlanReview(content, checks, problems).review();
    problems.raiseIfAny();
    return withCarriedParents(content.draft().plan());
  }

  /**
   * Reads the plan of an earlier run for {@link #merge}: only its shape is checked, and that it
   * belongs to the same source and destination.
   *
   * @param file the file
   * @param server the source's server name
   * @param domain the destination's server name
   * @param space the destination Space as configured
   * @return the plan with what is known of its edits
   * @throws PlanException with every problem, each with its line and remedy
   */
  public static Draft previous(Path file, String server, String domain, String space) {
    return previous(file.toString(), text(file), server, domain, space);
  }

  /**
   * Reads the plan of an earlier run for {@link #merge}, from a text.
   *
   * @param label what it is called in messages
   * @param text the plan
   * @param server the source's server name
   * @param domain the destination's server name
   * @param space the destination Space as configured
   * @return the plan with what is known of its edits
   * @throws PlanException with every problem, each with its line and remedy
   */
  public static Draft previous(
      String label, String text, String server, String domain, String space) {
    Problems problems = new Problems(label);
    PlanReader.Content content = PlanReader.read(text, problems);
    Plan plan = content.draft().plan();
    other(content.top(), "server", plan.server(), server);
    other(content.top(), "domain", plan.domain(), domain);
    other(content.top(), "space", plan.space(), space);
    problems.raiseIfAny();
    return content.draft();
  }

  /**
   * Reads a plan whose edits are taken over into the plan for another Space.
   *
   * @param file the file
   * @param server the source's server name
   * @param domain the destination's server name
   * @return the plan with what is known of its edits
   * @throws PlanException with every problem, each with its line and remedy
   */
  public static Draft elsewhere(Path file, String server, String domain) {
    Problems problems = new Problems(file.toString());
    PlanReader.Content content = PlanReader.read(text(file), problems);
    Plan plan = content.draft().plan();
    String remedy = "name behind --from a plan of the same two servers";
    other(content.top(), "server", plan.server(), server, remedy);
    other(content.top(), "domain", plan.domain(), domain, remedy);
    problems.raiseIfAny();
    return content.draft();
  }

  private static void other(Row top, String field, String have, String want) {
    String another = "name another file with -o";
    String remedy =
        field.equals("space")
            ? another + ", and this one with --from where its edits are to hold there too"
            : another + ", or remove this one";
    other(top, field, have, want, remedy);
  }

  private static void other(Row top, String field, String have, String want, String remedy) {
    if (!have.equals(want)) {
      top.problem(
          field, "this is a plan for %s %s, not %s; %s".formatted(field, have, want, remedy));
    }
  }

  /**
   * Brings a new proposal and an earlier plan together: lines that a person edited stay as they
   * are, others are refreshed, and new ones are marked.
   *
   * @param proposed what {@link Planner} says now
   * @param previous the earlier plan
   * @return the plan to write
   */
  public static Draft merge(Plan proposed, Draft previous) {
    return PlanMerge.merge(proposed, previous);
  }

  /** The text of a plan file, which is UTF-8 and no larger than a plan may be. */
  public static String text(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw refused(file, "is larger than 64 MB and cannot be a plan; run ferry plan again");
      }
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw refused(file, "is not UTF-8; save it as UTF-8");
    } catch (AccessDeniedException e) {
      throw refused(
          file, "cannot be read by user " + System.getProperty("user.name") + "; change its owner");
    } catch (IOException e) {
      throw refused(file, "cannot be read (" + e.getMessage() + "); ferry plan makes one");
    }
  }

  private static PlanException refused(Path file, String what) {
    return new PlanException(List.of(file + ": " + what + "."));
  }

  /** Drops the targets of rooms that stood when the plan was written and were taken back since. */
  private static Draft withoutGone(Draft draft, PlanChecks checks) {
    Set<RoomId> gone = checks.progress().gone();
    List<PlanRoom> rooms =
        draft.plan().rooms().stream().map(r -> isGone(r, gone) ? r.at(null) : r).toList();
    return new Draft(draft.plan().with(draft.plan().people(), rooms), draft.fresh(), draft.marks());
  }

  private static boolean isGone(PlanRoom room, Set<RoomId> gone) {
    RoomId target = room.target();
    return room.action() == RoomAction.CREATE && target != null && gone.contains(target);
  }

  private static Plan withCarriedParents(Plan plan) {
    Set<RoomId> carried =
        plan.rooms().stream()
            .filter(PlanRoom::carried)
            .map(PlanRoom::id)
            .collect(Collectors.toSet());
    List<PlanRoom> rooms =
        plan.rooms().stream()
            .map(r ->
                new PlanRoom(
                    r.id(),
                    r.name(),
                    r.kind(),
                    r.action(),
                    r.history(),
                    r.target(),
                    r.candidates(),
                    r.inSpace()
                        ? r.parents().stream().filter(carried::contains).toList()
                        : List.of(),
                    r.inSpace(),
                    r.messages(),
                    r.reason()))
            .toList();
    return plan.with(plan.people(), rooms);
  }
}
