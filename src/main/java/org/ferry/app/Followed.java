package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.plan.Draft;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.plan.PlanException;
import org.ferry.migrate.plan.PlanFile;
import org.ferry.migrate.plan.TargetSpace;

/**
 * The plan that a migration follows, and its text, which the ledger keeps: a proof must hold the
 * crossing against the plan that was followed, whatever became of the file.
 *
 * @param plan the plan, checked and without conflicts
 * @param text the plan file
 * @param notes what is to be said before it is followed
 */
public record Followed(Plan plan, String text, List<String> notes) {
  private static final String NOTE = "plan";
  private static final String LAST = "the plan that was followed last";
  private static final Pattern SPACE = Pattern.compile("(?m)^space: *[\"']?([^\"'\\s]+)");

  /**
   * A plan file.
   *
   * @param planning the passage's planning
   * @param file the file
   * @param target the destination Space as it stands
   * @return the plan
   */
  public static Followed file(Planning planning, Path file, TargetSpace target) {
    return planning.read(file, target);
  }

  /**
   * What Ferry proposes itself.
   *
   * @param planning the passage's planning
   * @param target the destination Space as it stands
   * @return the plan
   * @throws PlanException where a conflict needs a person's decision
   */
  public static Followed proposal(Planning planning, TargetSpace target) {
    Planning.Proposal proposal = decided(planning.propose(target, (Draft) null, null));
    return new Followed(proposal.plan(), proposal.text(), proposal.notes());
  }

  /**
   * What is followed where nobody names a plan: the one that was followed last, where a person had
   * edited it, brought up to date as {@code ferry plan} does; else what Ferry proposes itself.
   *
   * @param ferry the running Ferry
   * @param passage the passage
   * @param planning the passage's planning
   * @param target the destination Space as it stands
   * @return the plan
   * @throws PlanException where it needs a person's decision, or can be followed no longer
   */
  public static Followed unnamed(
      Ferry ferry, Passage passage, Planning planning, TargetSpace target) {
    Optional<Draft> edited =
        Optional.ofNullable(target.id())
            .flatMap(space -> passage.begun(ferry, space))
            .flatMap(crossing -> draft(ferry, crossing))
            .filter(d -> d.edited() > 0 || d.plan().forced() != Plan.ForcedEncryption.STOP);
    return edited.isEmpty() ? proposal(planning, target) : again(planning, target, edited.get());
  }

  private static Followed again(Planning planning, TargetSpace target, Draft earlier) {
    Planning.Proposal proposal = decided(planning.propose(target, earlier, null));
    try {
      Followed followed = planning.read(LAST, proposal.text(), target);
      String note =
          "No plan is named and there is no plan.yaml: the plan that was followed last goes on, with the lines that were edited in it: %,d. --plan FILE names another; ferry plan writes one without these edits."
              .formatted(earlier.edited());
      return new Followed(
          followed.plan(),
          followed.text(),
          Stream.concat(Stream.of(note), followed.notes().stream()).toList());
    } catch (PlanException e) {
      throw new PlanException(
          Stream.concat(
                  Stream.of(
                      "No plan is named, and the one that was followed last, which was edited, can be followed no longer: name a plan with --plan, or write a new one with ferry plan."),
                  String.valueOf(e.getMessage()).lines())
              .toList());
    }
  }

  private static Planning.Proposal decided(Planning.Proposal proposal) {
    List<String> conflicts = proposal.totals().conflicts();
    if (!conflicts.isEmpty()) {
      throw new PlanException(
          Stream.concat(
                  Stream.of(
                      "Some people or rooms need a decision: write the plan with ferry plan, edit"
                          + " it, and run ferry migrate again."),
                  conflicts.stream())
              .toList());
    }
    return proposal;
  }

  /** Keeps the plan with its crossing. */
  void keep(Ferry ferry, Crossing crossing) {
    ObjectNode note = Json.object().put("text", text);
    ferry.crossings().note(crossing.id(), NOTE, Json.text(note));
  }

  private static Optional<Draft> draft(Ferry ferry, Crossing crossing) {
    return ferry
        .crossings()
        .note(crossing.id(), NOTE)
        .map(n -> Json.parseObject(n).path("text").asText())
        .map(text -> drafted(text, crossing.server(), crossing.domain(), crossing.space().value()));
  }

  /** The plan that a crossing followed last, or empty where none is kept that can be read. */
  public static Optional<Plan> kept(Ferry ferry, Crossing crossing) {
    return draft(ferry, crossing).map(Draft::plan);
  }

  /**
   * The plan that a crossing followed last.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing
   * @param passage its passage
   * @return the plan
   */
  public static Plan plan(Ferry ferry, Crossing crossing, Passage passage) {
    Optional<String> kept = ferry.crossings().note(crossing.id(), NOTE);
    if (kept.isEmpty()) {
      throw new PlanException(List.of("No plan was followed yet; begin with: ferry migrate"));
    }
    return drafted(
            Json.parseObject(kept.get()).path("text").asText(),
            passage.source().info().server(),
            crossing.domain(),
            passage.options().space())
        .plan();
  }

  private static Draft drafted(String text, String server, String domain, String space) {
    return PlanFile.previous(LAST, text, server, domain, space(text, space));
  }

  /**
   * A plan as it is written, without holding it against the destination.
   *
   * @param file the plan
   * @param server the source's server name
   * @param domain the destination's
   * @throws PlanException where it cannot be read, or is of another source or destination
   */
  static Plan asWritten(Path file, String server, String domain) {
    String text = PlanFile.text(file);
    return PlanFile.previous(file.toString(), text, server, domain, space(text, "")).plan();
  }

  /** The Space as the plan calls it: which one is meant was found out, and it has several names. */
  private static String space(String text, String otherwise) {
    Matcher line = SPACE.matcher(text);
    return line.find() ? line.group(1) : otherwise;
  }
}
