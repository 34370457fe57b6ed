package org.ferry.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ferry.migrate.Analysis;
import org.ferry.migrate.LoadedSource;
import org.ferry.source.MediaStore;
import org.ferry.source.SourceInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Read a source into the ledger without touching any server.",
      "Says what is in it and what could go wrong."
    },
    footer = "  ferry analyze synapse.sql.gz --media media_store")
final class AnalyzeCommand extends FerryCommand {
  private static final int SHOWN = 20;

  @Mixin final Sources source = new Sources();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The report; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("migration-analysis.json");

  @Option(
      names = "--with-content",
      description = "Bring back the texts of SOURCE that ferry forget --content has emptied.")
  boolean withContent;

  @Option(names = "--json", description = "The report on standard output, and nothing else there.")
  boolean json;

  AnalyzeCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws IOException {
    try (Work work = new Work(session())) {
      Sources.Named named = source.named(work.ferry().config(), session().world().folder());
      if (withContent && named == null) {
        throw new UsageException(
            "--with-content reads the texts anew: name the dump that holds them, such as ferry analyze synapse.sql.gz --with-content");
      }
      // First, because a wrong path is known at once and a load may take long.
      try (MediaStore media = work.media(named, source)) {
        LoadedSource loaded = work.sourceAlone(named, "analyze", withContent);
        Analysis analysis = Analysis.of(work.ferry().sources(), loaded, media);
        Path file = session().world().folder().resolve(output);
        Output.stream(file, writer -> Json.write(writer, analysis::writeTo));
        if (json) {
          session().json((Json.Pieces) analysis::writeTo);
        } else {
          show(analysis);
          session().say("The whole analysis is in " + file + ".");
        }
      }
      return ExitStatus.DONE;
    }
  }

  /** The file and what wrote it, so that a person sees what it was taken for. */
  private static String origin(SourceInfo info) {
    return info.madeBy() == null ? info.label() : info.label() + "; " + info.madeBy();
  }

  private void show(Analysis analysis) {
    LoadedSource.Totals totals = analysis.source().totals();
    session()
        .say(
            "%s (%s), load %d"
                .formatted(
                    analysis.source().info().server(),
                    origin(analysis.source().info()),
                    analysis.source().load()));
    session()
        .say(
            "%,d people (%,d deactivated), %,d rooms, %,d events (%,d new): %,d messages, %,d encrypted, %,d redacted; %,d files, %,d bytes"
                .formatted(
                    totals.people(),
                    totals.deactivated(),
                    totals.rooms(),
                    totals.events(),
                    totals.newEvents(),
                    totals.messages(),
                    totals.encrypted(),
                    totals.redacted(),
                    totals.media(),
                    totals.mediaBytes()));
    analysis.problems().stream()
        .limit(SHOWN)
        .forEach(p ->
            session().say("left out: " + p.where() + ": " + p.what() + " (" + p.remedy() + ")"));
    analysis.warnings().forEach(w -> session().say("note: " + w));
  }
}
