package org.ferry.cli;

import java.nio.file.Path;
import org.ferry.app.Carrying;
import org.ferry.app.Followed;
import org.ferry.app.Passage;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.VerifyReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Count the source again on a path of its own, read the destination back, compare each event.",
      "Exit status 1 on any difference."
    },
    footer = "  ferry verify synapse.sql.gz --media media_store")
final class VerifyCommand extends FerryCommand {
  @Mixin final Sources source = new Sources();

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "The comparison as a page to read (not available yet).")
  @Nullable Path report;

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(names = "--json", description = "The comparison as JSON on standard output.")
  boolean json;

  VerifyCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (report != null) {
      throw NotYet.refusal("verify --report");
    }
    try (Work work = new Work(session())) {
      Sources.Named named = source.named(work.ferry().config(), session().world().folder());
      LoadedSource loaded = work.source(named);
      Passage passage = work.passage(loaded, space);
      Crossing crossing = Crossings.of(work, passage);
      Plan plan = Followed.plan(work.ferry(), crossing, passage);
      VerifyReport found = new Carrying(work.ferry(), passage).verify(crossing, plan, work.watch());
      work.progress().end();
      if (json) {
        session().json(found);
      } else {
        VerifyView.lines(found).forEach(session()::say);
      }
      return found.differences() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }
}
