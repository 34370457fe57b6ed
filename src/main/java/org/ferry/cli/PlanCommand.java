package org.ferry.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Match people and rooms with the destination and write a plan to read and edit.",
      "Also writes existing-rooms.json and people.csv beside it. A second run keeps what was edited."
    },
    footer = "  ferry plan -o plan.yaml")
final class PlanCommand extends FerryCommand {
  @Mixin final Sources source = new Sources();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The plan; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("plan.yaml");

  @Option(names = "--json", description = "The plan as JSON on standard output too.")
  boolean json;

  PlanCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry plan");
  }
}
