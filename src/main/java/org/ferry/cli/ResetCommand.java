package org.ferry.cli;

import java.nio.file.Path;
import org.ferry.app.Ferry;
import org.ferry.app.Oblivion;
import org.ferry.config.Config;
import org.ferry.config.Registration;
import org.ferry.config.RegistrationFile;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Take new tokens, or forget everything that Ferry holds.",
      "Neither touches anything on a homeserver."
    },
    footer = {"  ferry reset --tokens", "  ferry reset --all"})
final class ResetCommand extends FerryCommand {
  @ArgGroup(multiplicity = "1")
  What what = new What();

  /** Exactly one of them. */
  static final class What {
    @Option(
        names = "--tokens",
        required = true,
        description = "Draw new tokens for the registration; ghosts and bot stay who they are.")
    boolean tokens;

    @Option(
        names = "--all",
        required = true,
        description = "Forget the whole ledger; asks. The homeserver keeps what was carried.")
    boolean all;
  }

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  ResetCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    return what.tokens ? tokens(session().config()) : all();
  }

  private int tokens(Config config) {
    Path file = config.appservice().registration();
    Registration before = RegistrationFile.read(file);
    if (!session()
        .ask()
        .confirm(
            "Ferry cannot speak to the homeserver until it knows them. Draw new tokens", yes)) {
      session().tell("Nothing was done.");
      return ExitStatus.DONE;
    }
    RegistrationFile.write(file, Registration.withFreshTokens(before));
    session().say(file + " has two new tokens; sender and namespaces are what they were.");
    session().say(Handover.text(file));
    return ExitStatus.DONE;
  }

  private int all() {
    Config config;
    try (Work work = new Work(session())) {
      config = work.ferry().config();
      Ferry.Alone alone = work.ferry().alone("reset");
      try {
        if (!agreed(work.ferry())) {
          session().tell("Nothing was done.");
          return ExitStatus.DONE;
        }
        Oblivion.ledger(work.ferry());
      } finally {
        alone.close();
      }
    }
    Oblivion.files(config);
    session()
        .say("Ferry has forgotten everything. Configuration, registration, keys and plan files");
    session().say("are where they were; nothing on a homeserver was touched.");
    return ExitStatus.DONE;
  }

  private boolean agreed(Ferry ferry) {
    long rooms =
        ferry.crossings().all().stream()
            .mapToLong(c -> {
              try (var all = ferry.crossings().rooms(c.id())) {
                return all.filter(r -> r.target() != null).count();
              }
            })
            .sum();
    if (rooms > 0) {
      session()
          .tell(
              "%,d carried rooms stand on the homeserver. Afterwards Ferry does not know that they are its: they can be neither taken back nor gone on with, and another migrate makes them a second time. ferry rollback takes them back; ferry backup keeps what is known."
                  .formatted(rooms));
    }
    return session().ask().confirm("Forget everything that Ferry holds", yes);
  }
}
