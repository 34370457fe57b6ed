package org.ferry.cli;

import org.ferry.app.Webhooks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Switch an endpoint on that Ferry switched off, or try at once what waits for its next"
          + " attempt.",
      "It goes on with the oldest that waits."
    },
    footer = "  ferry webhooks enable shop")
final class WebhooksEnableCommand extends FerryCommand {
  @Parameters(paramLabel = "NAME", description = "The endpoint's name.")
  String name = "";

  WebhooksEnableCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Webhooks webhooks = new Webhooks(work.ferry());
      if (!webhooks.enable(name)) {
        if (!webhooks.names().contains(name)) {
          throw WebhooksTestCommand.unknown(name, webhooks);
        }
        session().say(name + " is on; it begins with the next ferry run.");
        return ExitStatus.DONE;
      }
      session().say(name + " is on; ferry run delivers the oldest that waits first.");
      return ExitStatus.DONE;
    }
  }
}
