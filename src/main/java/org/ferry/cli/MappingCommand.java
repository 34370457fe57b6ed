package org.ferry.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Write which old user, room, event and file became which new one.",
      "{\"users\":{old:new},\"rooms\":{old:new},\"events\":{old:new},\"media\":{old:new}}"
    },
    footer = "  ferry mapping -o id-mapping.json")
final class MappingCommand extends FerryCommand {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file, - for standard output; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("id-mapping.json");

  MappingCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    throw NotYet.refusal("ferry mapping");
  }
}
