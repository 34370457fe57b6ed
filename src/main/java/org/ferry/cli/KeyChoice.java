package org.ferry.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.ferry.app.Keys;
import org.ferry.crypto.KeyImport;
import org.ferry.crypto.KeyImport.Outcome;
import org.ferry.id.RoomId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which keys are kept, and what is said of those that were taken. */
final class KeyChoice {
  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description =
          "Keep the keys of rooms that this plan decrypts, and of those that Ferry follows;"
              + " plan.yaml where it exists.")
  @Nullable Path plan;

  @Option(names = "--all", description = "Keep the keys of all rooms, whatever a plan says.")
  boolean all;

  @Option(
      names = "--replace",
      description =
          "A key takes the place of one from another file or backup that it does not fit.")
  boolean replace;

  @Option(names = "--json", description = "What came of it as JSON on standard output.")
  boolean json;

  /** The import of what was chosen, which the caller closes. */
  KeyImport into(Session session, Keys keys) {
    return keys.importing(rooms(session, keys), replace);
  }

  /** The rooms whose keys are kept, and says so. */
  private Predicate<RoomId> rooms(Session session, Keys keys) {
    Path file = session.world().folder().resolve(plan == null ? Path.of("plan.yaml") : plan);
    if (all || (plan == null && !Files.exists(file))) {
      return room -> true;
    }
    Optional<Set<RoomId>> decrypted = keys.decrypted(file);
    if (decrypted.isEmpty()) {
      return room -> true;
    }
    // What waits for its key meanwhile has nothing to do with the plan.
    Set<RoomId> live = keys.live();
    session.tell(
        "Keys of the %,d rooms are kept whose line in %s says decrypt, and of the %,d that Ferry reads in; --all keeps all."
            .formatted(decrypted.get().size(), file.getFileName(), live.size()));
    return room -> decrypted.get().contains(room) || live.contains(room);
  }

  /** Reports an import; gives the exit status. */
  int report(Session session, Outcome outcome) {
    if (json) {
      session.json(
          Map.of(
              "read", outcome.read(),
              "added", outcome.added(),
              "better", outcome.better(),
              "kept", outcome.kept(),
              "discarded", outcome.discarded(),
              "refused", outcome.refused()));
    } else {
      say(session, outcome);
    }
    return outcome.bad() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private static void say(Session session, Outcome outcome) {
    session.say(
        "%s read: %,d new, %,d better than what was there, %,d there already."
            .formatted(
                Units.count(outcome.read(), "session was", "sessions were"),
                outcome.added(),
                outcome.better(),
                outcome.kept()));
    if (outcome.discarded() > 0) {
      session.say(
          "%,d were discarded: the plan does not decrypt their rooms, and Ferry does not read in them."
              .formatted(outcome.discarded()));
    }
    outcome
        .refused()
        .forEach((reason, n) -> session.say("%,d could not be used: %s.".formatted(n, reason)));
    if (outcome.refused().containsKey(KeyImport.UNFIT)) {
      session.say(
          "One of the two is wrong, and nobody signed either where both came from files or backups. If these are right, run it again with --replace: they take the place of such keys, and never of what a sender's device gave.");
    }
  }
}
