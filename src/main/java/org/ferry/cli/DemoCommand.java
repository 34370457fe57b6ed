package org.ferry.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.ferry.app.Demo;
import org.ferry.migrate.Standing;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Do the main job on this machine: a real PostgreSQL, a real Synapse, a real old server's dump.",
      "Stays up until Ctrl-C; run again, it goes on from where it was."
    },
    footer = "  ferry demo --exit")
final class DemoCommand extends FerryCommand {
  @Option(names = "--exit", description = "End when all is verified.")
  boolean exit;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the demo keeps its files; a folder under the cache if not given.")
  @Nullable Path dir;

  DemoCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    Instant begun = Instant.now();
    Path folder =
        dir == null
            ? Demo.standardFolder(session().world().environment())
            : session().world().folder().resolve(dir);
    CountDownLatch stopped = new CountDownLatch(1);
    session().stop().onRequest(stopped::countDown);
    Progress progress = session().progress();
    try (Demo demo = Demo.open(folder, session().world().environment(), progress::say)) {
      Demo.Outcome outcome = demo.run(Work.watch(progress, session().stop()));
      progress.end();
      if (session().stop().requested()) {
        return ExitStatus.DONE;
      }
      show(outcome, Duration.between(begun, Instant.now()));
      demo.lookAt().forEach(session()::say);
      if (!exit) {
        session().say("Up until Ctrl-C.");
        stopped.await();
      }
      return outcome.report().differences() == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    } finally {
      progress.end();
    }
  }

  private void show(Demo.Outcome outcome, Duration took) {
    Standing.Sums events = outcome.standing().events();
    String what =
        outcome.sent() == 0
            ? "Everything was there already: %,d events in %,d rooms, %,d people, %,d files"
            : "Carried %4$,d of %1$,d events in %2$,d rooms, with %3$,d people and %5$,d files";
    long people = outcome.standing().people().getOrDefault("ready", 0L);
    long files = outcome.standing().media().getOrDefault("carried", 0L);
    int rooms = outcome.standing().rooms().size();
    session()
        .say(
            outcome.sent() == 0
                ? what.formatted(events.carried(), rooms, people, files)
                : what.formatted(events.carried(), rooms, people, outcome.sent(), files));
    VerifyView.lines(outcome.report()).forEach(session()::say);
    session().say("All of it took %,d s.".formatted(took.toSeconds()));
  }
}
