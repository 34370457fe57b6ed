package org.ferry.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.ferry.app.Keys;
import org.ferry.crypto.KeyJson;
import org.ferry.crypto.keys.KeyException;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Write the message keys into a file that clients import, under a passphrase of yours.",
      "Whoever has both can read what was said in these rooms. Mode 0600."
    },
    footer = "  ferry keys export ferry-keys.txt --passphrase-file passphrase.txt")
final class KeysExportCommand extends FerryCommand {
  @Parameters(paramLabel = "FILE", description = "The file.")
  Path file = Path.of("ferry-keys.txt");

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Holds the passphrase; else it is asked for, or in FERRY_KEYS_PASSPHRASE.")
  @Nullable Path passphraseFile;

  @Option(names = "--room", paramLabel = "ID", description = "Only of this room; repeatable.")
  List<String> rooms = new ArrayList<>();

  @Option(names = "--force", description = "Write over a file that is there.")
  boolean force;

  KeysExportCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    Set<RoomId> chosen = rooms.stream().map(KeysExportCommand::room).collect(Collectors.toSet());
    Path target = WholeFile.free(session().world().folder(), file, force, "export");
    try (Work work = new Work(session())) {
      var unused = work.ferry().roomKeys();
      Secret passphrase =
          new SecretInput(session())
              .find(passphraseFile, "--passphrase-file", "FERRY_KEYS_PASSPHRASE", "The passphrase");
      work.progress().phase("writing", 0);
      Keys keys = new Keys(work.ferry());
      List<String> damaged = new ArrayList<>();
      AtomicLong unclaimed = new AtomicLong();
      long count =
          WholeFile.write(
              target,
              false,
              to -> {
                Keys.Exported written =
                    keys.export(
                        to,
                        passphrase,
                        chosen,
                        ref ->
                            damaged.add(
                                "the key of session %s in room %s"
                                    .formatted(ref.session(), ref.room())));
                unclaimed.set(written.unclaimed());
                return written.sessions();
              });
      work.progress().end();
      DamagedRows.tell(
          session(),
          damaged,
          "Each was left out. Give it again (ferry keys import, ferry keys restore), or restore a backup of the database.");
      if (count == 0) {
        session()
            .tell(
                "There is no session to write%s, so there is no file; ferry keys status shows what there is."
                    .formatted(chosen.isEmpty() ? "" : " of these rooms"));
        return ExitStatus.FAILED;
      }
      session()
          .say(
              "%s written to %s."
                  .formatted(Units.count(count, "session was", "sessions were"), file));
      if (unclaimed.get() > 0) {
        session()
            .tell(
                "%,d of them name no signing key of their sender, as they came (libolm's pickles hold none): matrix-nio refuses a file with such sessions, Element takes it. --room writes other rooms without them."
                    .formatted(unclaimed.get()));
      }
      return damaged.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
    } catch (IOException e) {
      throw new UsageException(
          "%s cannot be written (%s); make room or the folder writable, or name another file."
              .formatted(file, Output.words(e)));
    }
  }

  private static RoomId room(String text) {
    try {
      return KeyJson.room(text);
    } catch (KeyException e) {
      throw new UsageException(text + " is no room id, such as !abc:example.org.");
    }
  }
}
