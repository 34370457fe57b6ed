package org.ferry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.app.Accounts;
import org.ferry.id.UserId;
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
      Accounts accounts = new Accounts(work.ferry());
      List<Accounts.Standing> all = accounts.list();
      List<UserId> former = accounts.former().stream().map(Accounts.Former::user).toList();
      if (json) {
        session()
            .json(
                Map.of(
                    "accounts",
                    all.stream().map(AccountsListCommand::document).toList(),
                    "former",
                    former.stream().map(UserId::value).toList()));
      } else if (all.isEmpty()) {
        session().say("Nobody is followed: the configuration names no accounts.");
      } else {
        all.forEach(a -> lines(a).forEach(session()::say));
      }
      if (!json && !all.isEmpty() && !accounts.areFollowed()) {
        session()
            .say(
                "No ferry run is at work: so they stood when the last one ended. Start it: ferry run");
      }
      if (!json) {
        former.forEach(user ->
            session()
                .say(
                    "%s  followed no more; what the database holds of it goes by: ferry accounts forget %s"
                        .formatted(user, user)));
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
        "%s  %s, %s, %s%s"
            .formatted(
                account.user(),
                account.kind().equals("bot") ? "Ferry's own bot" : "account",
                account.state().replace('_', ' '),
                Units.ROOMS.amount(account.rooms()),
                account.device() == null ? "" : ", device " + account.device()));
    if (account.isAmiss()) {
      lines.add("    " + account.detail());
    }
    return lines;
  }
}
