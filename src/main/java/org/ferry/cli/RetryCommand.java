package org.ferry.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.app.Carrying;
import org.ferry.app.Passage;
import org.ferry.app.Retrying;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing.Failure;
import org.ferry.source.MediaStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Try again what failed, now, by the plan that was followed; say what helped.",
      "What the last run was told to leave out, by --users or --since, stays where it is.",
      "Exit status 1 where something but an invitation failed again."
    },
    footer = "  ferry retry --room '!abc:old.example.org'")
final class RetryCommand extends FerryCommand {
  private static final int SHOWN = 20;

  @Option(
      names = "--room",
      paramLabel = "ID",
      description = "Only what failed in this room, by its old or new id; may be repeated.")
  List<String> rooms = new ArrayList<>();

  @Option(
      names = "--space",
      paramLabel = "ALIAS",
      description = "The destination Space, instead of the configured one.")
  @Nullable String space;

  @Option(
      names = "--media",
      paramLabel = "PATH",
      description = "The media_store, folder or tar; the one named last if not given.")
  @Nullable Path media;

  @Option(names = "--json", description = "The outcome as JSON on standard output.")
  boolean json;

  RetryCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Work work = new Work(session())) {
      Sources files = new Sources();
      files.media = media;
      CrossingLedger.Claim claim = work.ferry().crossings().claim("retry");
      try (MediaStore store = work.media(null, files)) {
        return retry(work, store);
      } finally {
        claim.close();
      }
    }
  }

  private int retry(Work work, @Nullable MediaStore store) throws InterruptedException {
    Passage passage = work.passage(work.source(null), space);
    Crossing crossing = Crossings.of(work, passage);
    Retrying retrying = new Retrying(work.ferry(), passage, crossing);
    Carrying.refuseHalfTakenBack(work.ferry(), crossing);
    Set<String> meant = new HashSet<>(rooms);
    List<String> unknown = retrying.unknown(meant);
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "no room of this crossing has the id " + String.join(", ", unknown) + ".");
    }
    List<Failure> before = retrying.failures(meant);
    long more = retrying.unlisted(before, meant);
    boolean whole = before.isEmpty() || retrying.run(before, meant, store, work.watch());
    work.progress().end();
    List<Failure> after = before.isEmpty() ? before : retrying.failures(meant);
    report(before, more, after, retrying.unlisted(after, meant));
    if (retrying.isPartial() && !after.isEmpty()) {
      session()
          .tell(
              "Only what the last run was asked for was tried (--since, --users); ferry migrate without them tries the rest.");
    }
    if (!whole && session().stop().requested()) {
      throw new InterruptedException("stopped before everything was tried");
    }
    // A third server that is gone is nobody's failure here: migrate ends with 0 as well.
    boolean failed = after.stream().anyMatch(f -> !f.kind().equals(Retrying.INVITATION));
    return whole && !failed ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private void report(List<Failure> before, long more, List<Failure> after, long left) {
    Map<String, Failure> still = Retrying.byWhat(after);
    // Behind a list that was cut nobody can tell which of it has gone.
    List<Failure> helped =
        more > 0 || left > 0
            ? List.of()
            : before.stream().filter(f -> !still.containsKey(Retrying.what(f))).toList();
    long tried = before.size() + more;
    long failed = after.size() + left;
    if (json) {
      session().json(Map.of("tried", tried, "helped", helped, "failed", after, "unlisted", left));
      return;
    }
    if (before.isEmpty()) {
      session().say("Nothing has failed; there is nothing to try again.");
      return;
    }
    session()
        .say(
            "%,d tried again: %,d went, %,d failed."
                .formatted(tried, Math.max(0, tried - failed), failed));
    lines("helped", helped);
    lines("failed", after);
    if (left > 0) {
      session().say("  %,d more events failed than this lists.".formatted(left));
    }
  }

  private void lines(String word, List<Failure> failures) {
    failures.stream()
        .limit(SHOWN)
        .forEach(f ->
            session()
                .say(
                    "  %s: %s %s%s%s"
                        .formatted(
                            word,
                            f.kind(),
                            f.what(),
                            f.where() == null ? "" : " in " + f.where(),
                            word.equals("failed") ? ": " + f.reason() : "")));
    if (failures.size() > SHOWN) {
      session().say("  and %,d more; --json lists them".formatted(failures.size() - SHOWN));
    }
  }
}
