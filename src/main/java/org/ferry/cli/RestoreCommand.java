package org.ferry.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ferry.app.Ferry;
import org.ferry.app.Keys;
import org.ferry.app.Safekeeping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Bring back a saved database, whole or not at all.",
      "The next migrate looks on the homeserver for what was sent after the backup."
    },
    footer = "  ferry restore ferry.backup")
final class RestoreCommand extends FerryCommand {
  @Parameters(paramLabel = "FILE", description = "The file, - for standard input.")
  Path file = Path.of("-");

  @Option(
      names = "--force",
      description = "Also where the database holds something, which is gone then; asks.")
  boolean force;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  RestoreCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session());
        InputStream from = open()) {
      Ferry.Alone alone = work.ferry().alone("restore");
      try (Safekeeping saving = work.ferry().safekeeping()) {
        if (!saving.isEmpty() && !agreed()) {
          session().tell("Nothing was done.");
          return ExitStatus.DONE;
        }
        work.progress().phase("bringing back", 0);
        long rows = saving.restore(from, work.progress()::note);
        work.progress().end();
        session().say(Units.count(rows, "row was brought back.", "rows were brought back."));
        session().say("See where things stand with: ferry status");
        return keysOpen(work) ? ExitStatus.DONE : ExitStatus.FAILED;
      } finally {
        alone.close();
      }
    } catch (IOException e) {
      throw new UsageException("%s cannot be read (%s).".formatted(file, Output.unread(e)));
    }
  }

  private boolean keysOpen(Work work) {
    boolean fits = new Keys(work.ferry()).pickleKeyFits();
    if (!fits) {
      session()
          .tell(
              "The keys of encrypted messages in this backup are protected by another pickle key than the configured one. Put the one back that was in use when the backup was made (pickle.key or FERRY_PICKLE_KEY); without it nobody can read them.");
    }
    return fits;
  }

  private InputStream open() throws IOException {
    return file.toString().equals("-")
        ? session().world().in()
        : new BufferedInputStream(Files.newInputStream(session().world().folder().resolve(file)));
  }

  private boolean agreed() {
    if (!force) {
      throw new UsageException(
          "the database holds something already; --force puts the backup in its place, and it is gone then.");
    }
    return session().ask().confirm("Forget what the database holds and bring the backup back", yes);
  }
}
