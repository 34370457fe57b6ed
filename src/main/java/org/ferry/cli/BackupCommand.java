package org.ferry.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.ferry.app.Safekeeping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Save Ferry's own database, embedded or not, as it stands at one moment.",
      "Works while migrate or run is at work. The file holds what people wrote; mode 0600."
    },
    footer = "  ferry backup ferry.backup")
final class BackupCommand extends FerryCommand {
  @Parameters(paramLabel = "FILE", description = "The file, - for standard output.")
  Path file = Path.of("-");

  @Option(names = "--force", description = "Write over a file that is there.")
  boolean force;

  BackupCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    boolean out = file.toString().equals("-");
    if (out && session().world().terminal().out()) {
      throw new UsageException("a backup is not for a terminal; name a file.");
    }
    Path folder = session().world().folder();
    Path target = out ? null : WholeFile.free(folder, file, force, "backup");
    try (Work work = new Work(session())) {
      long rows =
          target == null
              ? save(work, Output.standard(session().world().out()))
              : WholeFile.write(target, true, to -> save(work, to));
      work.progress().end();
      session().tell(Units.count(rows, "row was saved.", "rows were saved."));
      return ExitStatus.DONE;
    } catch (IOException e) {
      if (out) {
        throw new OutputLost(e);
      }
      throw new UsageException(
          "%s cannot be written (%s); make room or the folder writable, or name another file."
              .formatted(file, Output.words(e)));
    }
  }

  private static long save(Work work, OutputStream to) throws IOException {
    work.progress().phase("saving", 0);
    try (Safekeeping saving = work.ferry().safekeeping()) {
      long rows = saving.save(to, Version.number(), work.progress()::note);
      to.flush();
      return rows;
    }
  }
}
