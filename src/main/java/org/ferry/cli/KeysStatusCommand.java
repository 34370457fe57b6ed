package org.ferry.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.ferry.app.Keys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Count the message keys: sessions, rooms, by what way they came, and what waits for one.",
      "Works while run or migrate is at work."
    },
    footer = "  ferry keys status --json")
final class KeysStatusCommand extends FerryCommand {
  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  KeysStatusCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      Keys keys = new Keys(work.ferry());
      Keys.Standing standing = keys.standing();
      if (json) {
        session().json(document(standing));
      } else {
        say(standing);
      }
      return standing.pickleKeyFits() ? ExitStatus.DONE : ExitStatus.FAILED;
    }
  }

  private static Map<String, @Nullable Object> document(Keys.Standing standing) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("sessions", standing.sessions());
    document.put("rooms", standing.rooms());
    document.put("last", standing.last() == null ? null : standing.last().toString());
    document.put("origins", standing.origins());
    document.put("undecryptable", standing.undecryptable());
    document.put("pickle_key_fits", standing.pickleKeyFits());
    return document;
  }

  private void say(Keys.Standing standing) {
    session()
        .say(
            "%s in %s%s."
                .formatted(
                    Units.count(standing.sessions(), "session", "sessions"),
                    Units.ROOMS.amount(standing.rooms()),
                    standing.last() == null ? "" : ", the last one at " + standing.last()));
    standing.origins().forEach((origin, n) -> session().say("  %,d by %s".formatted(n, origin)));
    standing
        .undecryptable()
        .forEach((reason, n) ->
            session()
                .say(
                    "%s for a key: %s"
                        .formatted(Units.count(n, "event waits", "events wait"), reason)));
    if (!standing.pickleKeyFits()) {
      session()
          .say(
              "The configured pickle key is not the one that protects them: put the earlier one back.");
    }
  }
}
