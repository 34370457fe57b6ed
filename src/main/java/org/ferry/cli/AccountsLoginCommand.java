package org.ferry.cli;

import org.ferry.app.Accounts;
import org.ferry.id.UserId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Log an account of the configuration in, and keep its token sealed in the database.",
      "Asks for the password where none is configured. For Ferry's own bot, and for ghosts that wrote",
      "live: make a new device where the one it had was deleted. A daemon that runs goes on with it by",
      "itself."
    },
    footer = {"  ferry accounts login @me:example.org"})
final class AccountsLoginCommand extends FerryCommand {
  @Parameters(
      paramLabel = "USER",
      description = "An account of the configuration, the bot, or a ghost.")
  String user = "";

  @Option(
      names = "--new-device",
      description = {
        "Go on with another device even where the one it had works: where its keys are lost, or not",
        "those that the homeserver has. Keys of rooms stay."
      })
  boolean newDevice;

  @Option(names = "--json", description = "The device as JSON on standard output.")
  boolean json;

  AccountsLoginCommand(Session session) {
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
      if (!accounts.knows(id)) {
        throw new UsageException(
            "%s is not among the accounts in %s; add it: accounts: [{user: \"%s\"}]"
                .formatted(id, work.ferry().config().file(), id));
      }
      Accounts.Outcome outcome =
          accounts.login(
              id,
              () ->
                  session()
                      .ask()
                      .secret("Password of " + id, "name a password_file in the configuration"),
              newDevice);
      report(id, outcome);
    }
    return ExitStatus.DONE;
  }

  private void report(UserId id, Accounts.Outcome outcome) {
    if (json) {
      session()
          .json(
              java.util.Map.of(
                  "user", id.value(),
                  "device", outcome.device().value(),
                  "new", outcome.fresh()));
    } else if (outcome.fresh()) {
      session().say("%s is logged in as the device %s.".formatted(id, outcome.device()));
      if (newDevice) {
        session()
            .say(
                "The device of before stays on the homeserver: end it there when nothing else works with it. An account's new one is signed by: ferry accounts verify %s"
                    .formatted(id));
      }
    } else {
      session().say("%s is logged in already, as the device %s.".formatted(id, outcome.device()));
    }
  }
}
