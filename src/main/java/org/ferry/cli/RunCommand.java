package org.ferry.cli;

import java.util.concurrent.CountDownLatch;
import org.ferry.app.Daemon;
import org.ferry.app.Ferry;
import picocli.CommandLine.Command;

@Command(
    description = {
      "Be the application service: take what the homeserver sends, keep it, answer its questions.",
      "Follow the conversations that Ferry's bot and the configured accounts are in, encrypted or not.",
      "Stays until Ctrl-C or SIGTERM, which end it cleanly with exit status 0."
    },
    footer = "  ferry run -c /etc/ferry/config.yaml")
final class RunCommand extends FerryCommand {
  RunCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    session().globals().service = true;
    try (Ferry ferry =
            new Ferry(session().config(), session().world().environment(), session()::tell);
        Daemon daemon = Daemon.open(ferry)) {
      session().stop().onRequest(stopped::countDown);
      daemon
          .appservice()
          .ifPresent(listen -> session().tell("listening for the homeserver on " + listen));
      session().tell("health on http://" + daemon.health() + "/health/ready");
      stopped.await();
    }
    session().tell("stopped; everything that was taken is kept");
    return ExitStatus.DONE;
  }
}
