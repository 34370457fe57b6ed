package org.ferry.cli;

import java.time.Instant;
import java.util.Map;
import org.ferry.app.Webhooks;
import org.ferry.webhook.Desk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Deliver again what was delivered or given up since a time, under the same ids.",
      "ferry run sends it, beside what is new, with the header ferry-replay: true."
    },
    footer = "  ferry webhooks replay shop --since 2026-11-20T18:00:00Z")
final class WebhooksReplayCommand extends FerryCommand {
  @Parameters(paramLabel = "NAME", description = "The endpoint's name.")
  String name = "";

  @Option(
      names = "--since",
      required = true,
      paramLabel = "TIME",
      description = "A date, a time, or an age such as 12h or 3d.")
  String since = "";

  @Option(names = "--room", paramLabel = "ID", description = "Only of this room.")
  @Nullable String room;

  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  WebhooksReplayCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Webhooks webhooks = new Webhooks(work.ferry());
      Instant from = Moments.past(since, work.ferry().clock());
      if (webhooks.list().stream().noneMatch(l -> l.name().equals(name)) || from == null) {
        throw WebhooksTestCommand.unknown(name, webhooks);
      }
      Desk.Replayed replayed = webhooks.replay(name, from, room);
      if (json) {
        session().json(Map.of("again", replayed.again(), "forgotten", replayed.gone()));
      } else {
        session()
            .say(
                replayed.again() == 0
                    ? "nothing was delivered or given up since then%s; nothing is sent again."
                        .formatted(room == null ? "" : " of the room " + room)
                    : "%,d deliveries are sent again by ferry run.".formatted(replayed.again()));
        if (replayed.gone() > 0) {
          session()
              .say(
                  "%,d cannot be: their text was forgotten (retention.deliveries)."
                      .formatted(replayed.gone()));
        }
      }
      return replayed.gone() > 0 ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }
}
