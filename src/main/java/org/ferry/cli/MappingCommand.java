package org.ferry.cli;

import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Mapping;
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
  public Integer call() throws IOException {
    try (Work work = new Work(session())) {
      Crossing crossing = Crossings.latest(work);
      Mapping mapping = new Mapping(work.ferry().crossings(), crossing);
      if (output.toString().equals("-")) {
        Writer out = new OutputStreamWriter(session().world().out(), StandardCharsets.UTF_8);
        mapping.write(out);
        out.write('\n');
        out.flush();
      } else {
        Path file = session().world().folder().resolve(output);
        Output.stream(file, mapping::write);
        session().say("The mapping is in " + file + ".");
      }
      return ExitStatus.DONE;
    }
  }
}
