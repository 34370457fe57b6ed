package org.ferry.cli;

import java.nio.file.Path;
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
  @Mixin final Sources source = new Sources();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The report; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("migration-analysis.json");

  @Option(names = "--json", description = "The report on standard output, and nothing else there.")
  boolean json;

  AnalyzeCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry analyze");
  }
}
