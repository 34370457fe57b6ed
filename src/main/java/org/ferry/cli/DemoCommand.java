package org.ferry.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.ferry.app.DemoFolder;
import org.ferry.app.DemoPerson;
import org.ferry.app.DemoProof;
import org.ferry.app.DemoRelay;
import org.ferry.app.DemoServer;
import org.ferry.config.Config;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Do the main job on this machine: a real PostgreSQL, a real Synapse, a real old server's dump.",
      "Relays a live and an encrypted message to a webhook, and shows the signed posts.",
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
    if (session().globals().config != null) {
      throw new UsageException(
          "demo makes a configuration of its own; leave out -c, and name its folder with --dir");
    }
    DemoFolder folder = folder();
    session().tell(Version.full());
    session().tell("The demo keeps everything in " + folder.path());
    folder.prepare();
    session().globals().config = folder.config();
    Config config = session().config();
    long begun = System.nanoTime();
    try (DemoServer server =
        DemoServer.open(folder, config, session().world().environment(), session()::tell)) {
      session()
          .tell(
              "PostgreSQL and Synapse answer: %s is at %s (%s)"
                  .formatted(config.homeserver().domain(), server.address(), since(begun)));
      return carried(folder, server, config);
    }
  }

  private DemoFolder folder() {
    return dir == null
        ? DemoFolder.standard(session().world().environment())
        : new DemoFolder(session().world().folder().resolve(dir).toAbsolutePath().normalize());
  }

  private int carried(DemoFolder folder, DemoServer server, Config config)
      throws InterruptedException {
    DemoPerson person = new DemoPerson(server);
    DemoView view = new DemoView(session(), folder, server);
    try (Work work = new Work(session())) {
      DemoCrossing crossing = new DemoCrossing(work, folder, person);
      boolean proven = crossing.proven(config.bot());
      List<DemoRelay.Post> posts = DemoProof.relayed(work.ferry());
      if (exit) {
        view.ended();
      }
      view.show(crossing.sample(), posts, proven);
      if (exit) {
        return proven ? ExitStatus.DONE : ExitStatus.FAILED;
      }
    }
    return stayUp(view);
  }

  /** Ferry's own connections are closed by now; the servers serve whoever looks on. */
  private int stayUp(DemoView view) throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    session().stop().onRequest(stopped::countDown);
    view.stays();
    stopped.await();
    view.ends();
    return ExitStatus.DONE;
  }

  /** The time since a moment, for people. */
  static String since(long begun) {
    return "%.1f s".formatted(Duration.ofNanos(System.nanoTime() - begun).toMillis() / 1000.0);
  }
}
