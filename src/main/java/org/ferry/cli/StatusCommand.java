package org.ferry.cli;

import java.util.List;
import java.util.Optional;
import org.ferry.app.Conversations;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.Standing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Say what is carried, waiting, in doubt and failed, and why.",
      "Works while migrate or run is at work."
    },
    footer = {"  ferry status --json", "  ferry status --space '#village:new.example.org'"})
final class StatusCommand extends FerryCommand {
  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "Only this destination Space; every one that was carried into if not given.")
  @Nullable String space;

  StatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      List<Standing> standings =
          (space == null ? work.ferry().crossings().all() : List.of(Crossings.meant(work, space)))
              .stream().map(c -> Standing.of(work.ferry().crossings(), c)).toList();
      if (json) {
        session().json(StatusJson.all(standings, work.ferry()));
      } else if (standings.isEmpty()) {
        session().say(nothing(work));
      } else {
        Optional<CrossingLedger.Worker> worker = work.ferry().crossings().atWork();
        StatusView.worker(worker, standings, work.ferry().clock().instant())
            .ifPresent(session()::say);
        standings.forEach(
            s -> StatusView.lines(s, work.ferry(), worker.isPresent()).forEach(session()::say));
        session().say(StatusView.live(work.ferry()));
      }
      if (!json) {
        StatusView.accounts(work.ferry()).forEach(session()::say);
        new Conversations(work.ferry()).lines().forEach(session()::say);
        StatusView.webhooks(work.ferry()).forEach(session()::say);
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
        .orElseGet(() ->
            work.ferry().config().onlyFollows()
                ? "Nothing is carried: accounts are followed"
                : "Nothing was loaded yet; begin with: ferry analyze synapse.sql.gz");
  }
}
