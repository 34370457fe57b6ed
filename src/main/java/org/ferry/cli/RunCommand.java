package org.ferry.cli;

import picocli.CommandLine.Command;

@Command(
    description = {
      "Be the application service: take what the homeserver sends, keep it, answer its questions.",
      "Stays until Ctrl-C or SIGTERM, which end it cleanly with exit status 0."
    },
    footer = "  ferry run -c /etc/ferry/config.yaml")
final class RunCommand extends FerryCommand {
  RunCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry run");
  }
}
