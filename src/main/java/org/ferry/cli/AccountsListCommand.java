package org.ferry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.app.Accounts;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Say whom Ferry follows, by which device, and how each stands.",
      "Works while run is at work, which is what follows them."
    },
    footer = "  ferry accounts list --json")
final class AccountsListCommand extends FerryCommand {
  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  AccountsListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      List<Accounts.Standing> all = new Accounts(work.ferry()).list();
      if (json) {
        session()
            .json(Map.of("accounts", all.stream().map(AccountsListCommand::document).toList()));
      } else if (all.isEmpty()) {
        session().say("Nobody is followed: the configuration names no accounts.");
      } else {
        all.forEach(a -> lines(a).forEach(session()::say));
      }
    }
    return ExitStatus.DONE;
  }

  static Map<String, @Nullable Object> document(Accounts.Standing account) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("user", account.user().value());
    document.put("kind", account.kind());
    document.put("state", account.state());
    document.put("device", account.device() == null ? null : account.device().value());
    document.put("rooms", account.rooms());
    document.put("since", account.since() == null ? null : account.since().toString());
    document.put("detail", account.detail());
    return document;
  }

  /** How one stands, in lines for a person. */
  static List<String> lines(Accounts.Standing account) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s  %s, %s, %,d rooms%s"
            .formatted(
                account.user(),
                account.kind().equals("bot") ? "Ferry's own bot" : "account",
                account.state().replace('_', ' '),
                account.rooms(),
                account.device() == null ? "" : ", device " + account.device()));
    if (account.isAmiss()) {
      lines.add("    " + account.detail());
    }
    return lines;
  }
}
