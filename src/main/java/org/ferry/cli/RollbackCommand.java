package org.ferry.cli;

import java.util.ArrayList;
import java.util.List;
import org.ferry.app.Destinations;
import org.ferry.app.Passage;
import org.ferry.app.Undoing;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.undo.Found;
import org.ferry.migrate.undo.Undone;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Take back what Ferry did, and only that. Rooms that others have used since are left alone.",
      "Stopped or killed, the same command goes on. Exit status 1 where a room was left."
    },
    footer = {"  ferry rollback --dry-run", "  ferry rollback --rooms '#garden:*' --yes"})
final class RollbackCommand extends FerryCommand {
  @Option(names = "--dry-run", description = "Write nothing; say what would be taken back.")
  boolean dryRun;

  @Option(
      names = "--rooms",
      paramLabel = "GLOB",
      description = "Only rooms whose old id, alias or name matches; may be repeated.")
  List<String> rooms = new ArrayList<>();

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(
      names = "--include-used",
      description =
          "Also rooms in which others have written or come in since; asks for the Space's name.")
  boolean includeUsed;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask; does not stand for the Space's name.")
  boolean yes;

  @Option(names = "--json", description = "What was done as JSON on standard output.")
  boolean json;

  RollbackCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (includeUsed && !dryRun && !session().ask().somebodyIsThere()) {
      throw new UsageException(
          "--include-used asks for the Space's name, and there is no terminal to type it in.");
    }
    try (Work work = new Work(session())) {
      if (dryRun) {
        return over(work);
      }
      CrossingLedger.Claim claim = work.ferry().crossings().claim("rollback");
      try {
        return over(work);
      } finally {
        claim.close();
      }
    }
  }

  private int over(Work work) throws InterruptedException {
    Passage passage = work.passage(Crossings.source(work, space), space);
    Crossing crossing = Crossings.of(work, passage);
    try (Undoing undoing = new Undoing(work.ferry(), passage, crossing, work.watch())) {
      List<Found> found = undoing.look(rooms);
      work.progress().end();
      List<Found> chosen = found.stream().filter(this::meant).toList();
      long settings = undoing.settings(chosen);
      RollbackView view =
          new RollbackView(
              crossing, label(work, undoing, crossing), found, chosen, dryRun, settings);
      if (dryRun) {
        show(view, List.of());
        return ExitStatus.DONE;
      }
      if (chosen.isEmpty() && (settings == 0 || !rooms.isEmpty())) {
        show(view, List.of());
        return found.isEmpty() ? ExitStatus.DONE : ExitStatus.FAILED;
      }
      view.before().forEach(session()::tell);
      if (!agreed(undoing, chosen)) {
        session().tell("Nothing was done.");
        return ExitStatus.DONE;
      }
      List<Undone> undone = undoing.run(chosen);
      work.progress().end();
      view.ended(undoing.settings());
      show(view, undone);
      if (session().stop().requested()) {
        throw new InterruptedException("stopped before everything was taken back");
      }
      return view.whole(undone) ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  /** The Space as people call it: its address, and its name behind it. */
  private static String label(Work work, Undoing undoing, Crossing crossing) {
    String address = Destinations.label(work.ferry(), crossing);
    String name = undoing.spaceName();
    return address.equals(name) || name.equals(crossing.space().value())
        ? address
        : "%s (%s)".formatted(address, name);
  }

  private boolean meant(Found found) {
    return found.problem() == null && (includeUsed || !found.used());
  }

  private boolean agreed(Undoing undoing, List<Found> chosen) {
    if (chosen.stream().anyMatch(Found::used)) {
      String name = undoing.spaceName();
      String typed =
          session()
              .ask()
              .text(
                  "People use %,d of these rooms. To take them too, type the Space's name (%s)"
                      .formatted(chosen.stream().filter(Found::used).count(), name),
                  null,
                  "a terminal");
      if (!typed.equals(name)) {
        throw new UsageException("that is not the Space's name; nothing was done.");
      }
      return true;
    }
    return session().ask().confirm("Take all of this back now", yes);
  }

  private void show(RollbackView view, List<Undone> undone) {
    if (json) {
      session().json(view.json(undone));
    } else {
      view.lines(undone).forEach(session()::say);
    }
  }
}
