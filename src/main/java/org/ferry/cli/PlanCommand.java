package org.ferry.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.ferry.app.Passage;
import org.ferry.app.Planning;
import org.ferry.id.UserId;
import org.ferry.migrate.plan.TargetSpace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Match people and rooms with the destination and write a plan to read and edit.",
      "Also writes existing-rooms.json and people.csv beside it. A second run keeps what was"
          + " edited."
    },
    footer = {
      "  ferry plan -o plan.yaml",
      "  ferry plan --space '#test:new.example.org' -o test.yaml",
      "  ferry plan --from test.yaml"
    })
final class PlanCommand extends FerryCommand {
  private static final int NAMED = 5;

  @Mixin final Sources source = new Sources();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The plan; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("plan.yaml");

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Also take over what was edited in the plan for another Space.")
  @Nullable Path from;

  @Option(
      names = "--json",
      description = "The totals as JSON on standard output, and nothing else there.")
  boolean json;

  PlanCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Sources.Named named = source.named(work.ferry().config(), session().world().folder());
      Passage passage = work.passage(work.sourceAlone(named, "plan"), space);
      Planning planning = new Planning(work.ferry(), passage);
      TargetSpace target = planning.target(true, work.reading());
      work.progress().end();
      Path file = session().world().folder().resolve(output);
      Path list = file.resolveSibling("people.csv");
      Planning.Proposal proposal =
          from == null
              ? planning.propose(target, file, list)
              : planning.propose(
                  target, file, list, session().world().folder().resolve(from).normalize());
      Output.write(file, proposal.text());
      Output.write(file.resolveSibling("existing-rooms.json"), proposal.existingRooms());
      Output.write(list, proposal.people());
      if (json) {
        session().json(proposal.totals().toJson());
      } else {
        proposal.totals().lines().forEach(session()::say);
      }
      if (proposal.unfollowed() > 0) {
        session()
            .tell(
                "note: %,d lines of %s name new ids that the plan does not follow; set identities.map_file: %s in the configuration, then ferry registration --force and ferry plan again"
                    .formatted(proposal.unfollowed(), list, list.getFileName()));
      }
      proposal.notes().forEach(n -> session().tell("note: " + n));
      unknown(proposal, list);
      target.problems().forEach(p -> session().tell("note: " + p));
      session()
          .tell("The plan is in " + file + "; existing-rooms.json and people.csv are beside it.");
      return ExitStatus.DONE;
    }
  }

  /** Such as after a plan of another server's dump in the same folder. */
  private void unknown(Planning.Proposal proposal, Path list) {
    String who = proposal.plan().server();
    if (!proposal.gone().isEmpty()) {
      session()
          .tell(
              "note: %,d lines that an earlier plan wrote into %s were taken out, for %s knows nobody of that id: %s"
                  .formatted(proposal.gone().size(), list, who, named(proposal.gone())));
    }
    if (!proposal.kept().isEmpty()) {
      session()
          .tell(
              "note: %,d lines that you wrote into %s stay, although %s knows nobody of that id: %s"
                  .formatted(proposal.kept().size(), list, who, named(proposal.kept())));
    }
  }

  private static String named(List<UserId> people) {
    String names =
        people.stream().limit(NAMED).map(UserId::value).collect(Collectors.joining(", "));
    return people.size() > NAMED ? names + ", …" : names;
  }
}
