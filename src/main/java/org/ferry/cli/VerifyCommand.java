package org.ferry.cli;

import java.nio.file.Path;
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
    throw NotYet.refusal("ferry verify");
  }
}
