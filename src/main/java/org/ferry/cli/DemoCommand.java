package org.ferry.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Do the main job on this machine: a real PostgreSQL, a real Synapse, a real old server's dump.",
      "Stays up until Ctrl-C; run again, it goes on from where it was."
    },
    footer = "  ferry demo --exit")
final class DemoCommand extends FerryCommand {
  @Option(names = "--exit", description = "End when all is verified.")
  boolean exit;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the demo keeps its files; a folder under the cache if not given.")
  @Nullable Path dir;

  DemoCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry demo");
  }
}
