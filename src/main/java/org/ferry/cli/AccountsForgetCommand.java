package org.ferry.cli;

import java.util.Optional;
import org.ferry.app.Accounts;
import org.ferry.id.UserId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Forget the device of an account that Ferry follows no more, with its keys, sessions and",
      "access token, and which rooms it was in. Take the account out of the configuration and start",
      "ferry run anew before. Keys of rooms stay, and what was read: retention and forget empty that.",
      "Nothing on the homeserver is touched: end the session there."
    },
    footer = {"  ferry accounts forget @me:example.org"})
final class AccountsForgetCommand extends FerryCommand {
  @Parameters(paramLabel = "USER", description = "An account that is followed no more.")
  String user = "";

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  boolean yes;

  AccountsForgetCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    if (!UserId.isValid(user)) {
      throw new UsageException(user + " is no user id, such as @me:example.org.");
    }
    UserId id = new UserId(user);
    try (Work work = new Work(session())) {
      Accounts accounts = new Accounts(work.ferry());
      if (accounts.isFollowed(id)) {
        throw new UsageException(
            "%s is followed: take it out of the accounts in %s, and start ferry run anew, before."
                .formatted(id, work.ferry().config().file()));
      }
      Optional<Accounts.Former> held =
          accounts.former().stream().filter(h -> h.user().equals(id)).findFirst();
      if (held.isEmpty()) {
        throw new UsageException(
            "%s is no account that was followed; ferry accounts list names those.".formatted(id));
      }
      return forget(accounts, held.get());
    }
  }

  private int forget(Accounts accounts, Accounts.Former held) {
    if (held.waiting() > 0) {
      session()
          .tell(
              "%,d encrypted messages wait for their keys by it alone: nobody asks for those any more. What comes by ferry keys import still opens them."
                  .formatted(held.waiting()));
    }
    if (!session().ask().confirm("Forget the device of " + held.user(), yes)) {
      session().tell("Nothing was done.");
      return ExitStatus.DONE;
    }
    if (!accounts.forget(held.user())) {
      session()
          .say(
              "A ferry run works with the device of %s. Start it anew without the account, and come back."
                  .formatted(held.user()));
      return ExitStatus.FAILED;
    }
    session()
        .say(
            "What Ferry held of %s alone is forgotten. Its session stays on the homeserver until somebody ends it there."
                .formatted(held.user()));
    return ExitStatus.DONE;
  }
}
