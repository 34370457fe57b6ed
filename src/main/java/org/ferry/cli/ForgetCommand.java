package org.ferry.cli;

import org.ferry.app.Oblivion;
import org.ferry.id.UserId;
import org.ferry.migrate.CrossingLedger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Forget what people wrote, and keep which id became which; or erase a person.",
      "Nothing on a homeserver is touched, and earlier backups keep what they hold.",
      "Exit status 1 where nobody of that id is known."
    },
    footer = {"  ferry forget --content", "  ferry forget --user @bob:old.example.org"})
final class ForgetCommand extends FerryCommand {
  @ArgGroup(multiplicity = "1")
  What what = new What();

  /** Exactly one of them. */
  static final class What {
    @Option(
        names = "--content",
        required = true,
        description = "Empty the text of all events; the mapping stays.")
    boolean content;

    @Option(
        names = "--user",
        required = true,
        paramLabel = "ID",
        description = "Erase a person, by the old or new id; later loads do not bring them back.")
    @Nullable String user;
  }

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  @Option(names = "--json", description = "How much was forgotten as JSON on standard output.")
  boolean json;

  ForgetCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    String user = what.user;
    if (user != null && !UserId.isValid(user)) {
      throw new UsageException(user + " is no user id, such as @bob:old.example.org.");
    }
    try (Work work = new Work(session())) {
      CrossingLedger.Claim claim = work.ferry().crossings().claim("forget");
      try {
        if (!agreed(user)) {
          session().tell("Nothing was done.");
          return ExitStatus.DONE;
        }
        work.progress().phase("forgetting", 0);
        long rows =
            user == null
                ? Oblivion.content(work.ferry())
                : Oblivion.user(work.ferry(), new UserId(user));
        work.progress().end();
        report(user, rows);
        return user != null && rows == 0 ? ExitStatus.FAILED : ExitStatus.DONE;
      } finally {
        claim.close();
      }
    }
  }

  private boolean agreed(@Nullable String user) {
    session()
        .tell(
            user == null
                ? "What waits cannot be carried afterwards, and verify compares places, senders' times and types, not what was said. ferry analyze SOURCE --with-content brings the texts back."
                : "Afterwards Ferry holds neither the id nor a text of this person; their events keep their places under a made-up name, and what is not carried of them never will be.");
    return session()
        .ask()
        .confirm(user == null ? "Forget the text of all events" : "Erase " + user, yes);
  }

  private void report(@Nullable String user, long rows) {
    if (json) {
      session()
          .json(java.util.Map.of("forgotten", user == null ? "content" : "user", "rows", rows));
    } else if (user == null) {
      session()
          .say(
              "The text of %s was forgotten; the mapping is kept."
                  .formatted(Units.EVENTS.amount(rows)));
    } else if (rows == 0) {
      session()
          .say(
              "No row holds %s: nobody of that id is known here, or they were erased before. Compare the spelling with ferry mapping; should a later load bring this very id, nothing of theirs is taken."
                  .formatted(user));
    } else {
      session()
          .say(
              "%s the id or a text of this person; none does now. A later load brings nothing of theirs back."
                  .formatted(Units.count(rows, "row held", "rows held")));
      session()
          .say(
              "What stands on a homeserver stays: deactivate the account there with erase, or run ferry rollback before.");
    }
    session().tell("Backups that were made before still hold it.");
  }
}
