package org.ferry.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.app.Webhooks;
import org.ferry.webhook.Desk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "List deliveries that were given up after ten attempts, with what came of each.",
      "ferry webhooks replay sends them again. Exit status 1 where there are any."
    },
    footer = "  ferry webhooks failed --name shop")
final class WebhooksFailedCommand extends FerryCommand {
  private static final int SHOWN = 50;
  private static final int ALL = 10_000;

  @Option(names = "--name", paramLabel = "NAME", description = "Only of this endpoint.")
  @Nullable String name;

  @Option(names = "--json", description = "As JSON on standard output, up to 10,000.")
  boolean json;

  WebhooksFailedCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Webhooks webhooks = new Webhooks(work.ferry());
      if (name != null && webhooks.list().stream().noneMatch(l -> l.name().equals(name))) {
        throw WebhooksTestCommand.unknown(name, webhooks);
      }
      List<Desk.Dossier> failed = webhooks.failed(name, json ? ALL : SHOWN + 1);
      if (json) {
        session()
            .json(Map.of("failed", failed.stream().map(WebhooksFailedCommand::document).toList()));
      } else if (failed.isEmpty()) {
        session().say("Nothing was given up.");
      } else {
        failed.stream().limit(SHOWN).forEach(this::show);
        if (failed.size() > SHOWN) {
          session().say("and more; --json lists them");
        }
      }
      return failed.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private void show(Desk.Dossier failed) {
    session()
        .say(
            "%s  %s to %s, %s in %s, of %s%s"
                .formatted(
                    failed.id(),
                    failed.type(),
                    failed.endpoint(),
                    failed.event(),
                    failed.room(),
                    failed.made(),
                    failed.hasText() ? "" : " (its text was forgotten)"));
    failed.log().forEach(line -> session().say("    " + line));
  }

  /** A delivery as JSON. */
  static Map<String, @Nullable Object> document(Desk.Dossier dossier) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", dossier.id());
    document.put("webhook", dossier.endpoint());
    document.put("room", dossier.room());
    document.put("event", dossier.event());
    document.put("type", dossier.type());
    document.put("state", dossier.state());
    document.put("replay", dossier.replay());
    document.put("attempts", dossier.attempts());
    document.put("made", dossier.made().toString());
    document.put("next", dossier.due() == null ? null : dossier.due().toString());
    document.put("log", dossier.log());
    document.put("text", dossier.hasText());
    document.put("trace", dossier.trace().isEmpty() ? null : dossier.trace());
    return document;
  }
}
