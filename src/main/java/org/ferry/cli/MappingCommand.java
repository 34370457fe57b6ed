package org.ferry.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.ferry.app.Destinations;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Mapping;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Write which old user, room, event and file became which new one.",
      "{\"users\":{old:new},\"rooms\":{old:new},\"events\":{old:new},\"media\":{old:new}}"
    },
    footer = {
      "  ferry mapping -o id-mapping.json",
      "  ferry mapping --space '#village:new.example.org' -o -"
    })
final class MappingCommand extends FerryCommand {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "The file, - for standard output; ${DEFAULT-VALUE} if not given.")
  Path output = Path.of("id-mapping.json");

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  MappingCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Crossing crossing = Crossings.meant(work, space);
      String label = Destinations.label(work.ferry(), crossing);
      Mapping mapping = new Mapping(work.ferry().crossings(), crossing);
      if (output.toString().equals("-")) {
        toStandardOutput(mapping);
        session().tell("This is the mapping of %s into %s.".formatted(crossing.server(), label));
      } else {
        Path file = session().world().folder().resolve(output);
        Output.stream(file, mapping::write);
        session()
            .say("The mapping of %s into %s is in %s.".formatted(crossing.server(), label, file));
      }
      return ExitStatus.DONE;
    }
  }

  private void toStandardOutput(Mapping mapping) {
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(
                Output.standard(session().world().out()), StandardCharsets.UTF_8))) {
      mapping.write(out);
      out.write('\n');
    } catch (IOException e) {
      throw new OutputLost(e);
    }
  }
}
