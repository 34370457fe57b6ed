package org.ferry.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Say what is carried, waiting, in doubt and failed, and why.",
      "Works while migrate or run is at work."
    },
    footer = "  ferry status --json")
final class StatusCommand extends FerryCommand {
  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry status");
  }
}
