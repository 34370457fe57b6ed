package org.ferry.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
    Path target = session().world().folder().resolve(file).toAbsolutePath();
    if (!out && !force && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new UsageException(
          "%s is there; --force puts the new backup in its place, or name another file."
              .formatted(target));
    }
    try (Work work = new Work(session())) {
      long rows = out ? save(work, session().world().out()) : intoFile(work, target);
      work.progress().end();
      session().tell("%,d rows were saved.".formatted(rows));
      return ExitStatus.DONE;
    } catch (IOException e) {
      throw new UsageException(
          "%s cannot be written (%s); make room or the folder writable, or name another file."
              .formatted(file, Output.words(e)));
    }
  }

  /** Whole or not at all: a backup that broke off must not stand in the place of a good one. */
  private long intoFile(Work work, Path target) throws IOException {
    Path folder = target.getParent();
    Path fresh =
        Files.createTempFile(
            folder,
            ".ferry",
            ".backup",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      long rows;
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE);
          OutputStream to = new BufferedOutputStream(Channels.newOutputStream(channel))) {
        rows = save(work, to);
        channel.force(true);
      }
      Path unused =
          Files.move(
              fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      return rows;
    } finally {
      boolean unused = Files.deleteIfExists(fresh);
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
