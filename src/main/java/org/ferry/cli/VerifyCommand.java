package org.ferry.cli;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.ferry.app.Carrying;
import org.ferry.app.Ferry;
import org.ferry.app.Followed;
import org.ferry.app.Passage;
import org.ferry.app.SecondCounts;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.verify.SourceCount;
import org.ferry.migrate.verify.VerifyReport;
import org.ferry.report.Report;
import org.ferry.source.MediaStore;
import org.ferry.source.SecondReading;
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
      description = "Also write the comparison as a page to read, in the configured language.")
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
    Path page = report == null ? null : ReportFile.at(session().world().folder(), report);
    try (Work work = new Work(session())) {
      Sources.Named named = source.named(work.ferry().config(), session().world().folder());
      if (named == null) {
        return verify(work, work.source(null), SourceCount.ofLastLoad(), null, page);
      }
      try (SecondReading reading = read(work, named)) {
        return verify(work, loaded(work, reading), SourceCount.of(reading), named, page);
      }
    }
  }

  private SecondReading read(Work work, Sources.Named named) {
    Path path = named.path();
    AtomicLong phase = new AtomicLong(-2);
    try {
      return new SecondCounts(work.ferry())
          .read(
              path == null ? "-" : path.toString(),
              session().world().in(),
              (done, total) -> {
                if (phase.getAndSet(total) != total) {
                  work.progress().phase("counting again", total);
                }
                work.progress().at(done);
              });
    } finally {
      work.progress().end();
    }
  }

  /** What was loaded of the server whose dump was counted. */
  private static LoadedSource loaded(Work work, SecondReading reading) {
    LoadedSource loaded =
        work.ferry()
            .sources()
            .byServer(reading.server())
            .orElseThrow(() ->
                new UsageException(
                    "%s is a dump of %s, of which nothing was loaded; begin with: ferry migrate %s"
                        .formatted(reading.label(), reading.server(), reading.label())));
    if (!loaded.info().fingerprint().equals(reading.fingerprint())) {
      work.progress()
          .say(
              "%s is another dump than the last one that was loaded (%s, %s): what it holds more is listed as not loaded."
                  .formatted(reading.label(), loaded.info().label(), loaded.loadedAt()));
    }
    return loaded;
  }

  private int verify(
      Work work,
      LoadedSource loaded,
      SourceCount count,
      Sources.@Nullable Named named,
      @Nullable Path page) {
    Passage passage = work.passage(loaded, space);
    Crossing crossing = Crossings.of(work, passage);
    Plan plan = Followed.plan(work.ferry(), crossing, passage);
    VerifyReport found;
    try (MediaStore media = media(work, named)) {
      found =
          new Carrying(work.ferry(), passage).verify(crossing, plan, count, media, work.watch());
    }
    work.progress().end();
    long forgotten = work.ferry().sources().forgotten(loaded.id());
    if (forgotten > 0) {
      session()
          .tell(
              "The text of %,d events was forgotten: their place, type and time are compared, not what they say."
                  .formatted(forgotten));
    }
    if (page != null) {
      ReportFile.write(page, html(work, passage, crossing, plan, found));
      session().tell("The report is in " + page);
    }
    if (json) {
      session().json(VerifyView.json(found));
    } else {
      VerifyView.lines(found).forEach(session()::say);
    }
    return found.whole() && found.differences() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  /** Only the files that were named now: what was carried long ago may lie there no more. */
  private @Nullable MediaStore media(Work work, Sources.@Nullable Named named) {
    Path asked = named == null ? source.media : named.media();
    return asked == null ? null : work.media(named, source);
  }

  private static String html(
      Work work, Passage passage, Crossing crossing, Plan plan, VerifyReport found) {
    Ferry ferry = work.ferry();
    boolean accounts = passage.options().identities().accounts();
    return new Report(ferry.sources(), ferry.crossings(), crossing, plan, passage.facts(), accounts)
        .html(passage.source(), found, ferry.clock().instant(), ferry.config().language());
  }
}
