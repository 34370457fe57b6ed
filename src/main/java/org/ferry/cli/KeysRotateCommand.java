package org.ferry.cli;

import java.nio.file.Path;
import org.ferry.app.Keys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Change the pickle key, which protects keys in the database, while run is at work.",
      "Stopped in the middle both keys are valid, and the same command goes on."
    },
    footer = "  ferry keys rotate")
final class KeysRotateCommand extends FerryCommand {
  @Option(
      names = "--new-key-file",
      paramLabel = "FILE",
      description =
          "Holds the new key, or is made. Needed where FERRY_PICKLE_KEY or the configuration holds"
              + " the key.")
  @Nullable Path newKeyFile;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  KeysRotateCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Work work = new Work(session())) {
      var unused = work.ferry().keyring();
      session()
          .tell(
              "Backups of Ferry's database that were made before open with the key of before only: keep it with them.");
      if (!session().ask().confirm("Change the pickle key", yes)) {
        session().tell("Nothing was done.");
        return ExitStatus.DONE;
      }
      work.progress().phase("pickling anew", 0);
      Path file = newKeyFile == null ? null : session().world().folder().resolve(newKeyFile);
      Keys.Rotated rotated = new Keys(work.ferry()).rotate(file, done -> work.progress().at(done));
      work.progress().end();
      report(rotated);
      DamagedRows.tell(
          session(),
          rotated.damaged(),
          "It stays as it is and is done without. A key that is given again (ferry keys import, ferry keys restore) takes its place; ferry accounts login USER --new-device that of a damaged account; or restore a backup of the database, with the pickle key of before.");
      return rotated.damaged().isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private void report(Keys.Rotated rotated) {
    session()
        .say(
            Units.count(
                rotated.sessions(), "session was pickled anew.", "sessions were pickled anew."));
    session()
        .say(
            rotated.inPlace()
                ? "The new key is in %s; what runs goes on with it.".formatted(rotated.file())
                : "The new key is in %s: put it where the old one stood before Ferry is started again."
                    .formatted(rotated.file()));
  }
}
