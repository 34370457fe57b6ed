package org.ferry.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
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
      "ferry run sends it, beside what is new, with the header ferry-replay: true.",
      "Exit status 1 where some of it is no longer kept."
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
      Instant kept = webhooks.keptSince(name).filter(from::isBefore).orElse(null);
      if (json) {
        session().json(document(replayed, kept));
      } else {
        say(replayed, kept);
      }
      return replayed.gone() > 0 || kept != null ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }

  private static Map<String, @Nullable Object> document(
      Desk.Replayed replayed, @Nullable Instant kept) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("again", replayed.again());
    document.put("forgotten", replayed.gone());
    document.put("kept_since", kept == null ? null : kept.toString());
    return document;
  }

  private void say(Desk.Replayed replayed, @Nullable Instant kept) {
    session()
        .say(
            replayed.again() == 0
                ? "nothing that was delivered or given up since then%s is there; nothing is sent again."
                    .formatted(room == null ? "" : " of the room " + room)
                : Units.count(replayed.again(), "delivery is", "deliveries are")
                    + " sent again by ferry run.");
    if (replayed.gone() > 0) {
      session()
          .say(
              "%,d cannot be: their text was forgotten (retention.deliveries)."
                  .formatted(replayed.gone()));
    }
    if (kept != null) {
      session()
          .say(
              "what was delivered before %s is no longer kept (retention.deliveries) and is not sent again."
                  .formatted(kept.truncatedTo(ChronoUnit.SECONDS)));
    }
  }
}
