package org.ferry.cli;

import java.util.List;
import org.ferry.migrate.Standing;
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
    try (Work work = new Work(session())) {
      List<Standing> standings =
          work.ferry().crossings().all().stream()
              .map(c -> Standing.of(work.ferry().crossings(), c))
              .toList();
      if (json) {
        session().json(StatusView.json(standings, work.ferry()));
      } else if (standings.isEmpty()) {
        session().say(nothing(work));
      } else {
        standings.forEach(s -> StatusView.lines(s, work.ferry()).forEach(session()::say));
      }
      return ExitStatus.DONE;
    }
  }

  private static String nothing(Work work) {
    return work.ferry()
        .sources()
        .latest()
        .map(s ->
            "%s is loaded (%,d events), nothing was carried yet; go on with: ferry plan"
                .formatted(s.info().server(), s.totals().events()))
        .orElse("Nothing was loaded yet; begin with: ferry analyze synapse.sql.gz");
  }
}
