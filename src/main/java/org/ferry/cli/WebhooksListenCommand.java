package org.ferry.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.ferry.app.WebhookEcho;
import org.ferry.config.Config;
import org.ferry.id.Secret;
import org.ferry.webhook.Endpoint;
import org.ferry.webhook.Guard;
import org.ferry.webhook.SigningSecret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Be a receiver on this machine: check and show every post, and hand it on as it came.",
      "Answers as the one behind it does, or 204 where there is none. Stays until Ctrl-C."
    },
    footer = "  ferry webhooks listen --forward-to http://127.0.0.1:3000/hook")
final class WebhooksListenCommand extends FerryCommand {
  private static final int HIGHEST_PORT = 65_535;

  @Option(
      names = "--forward-to",
      paramLabel = "URL",
      description = "The program that you work on; without it posts are only shown.")
  @Nullable URI forwardTo;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description =
          "The secret to check with, or several, one on each line; those of the configuration if"
              + " not given.")
  @Nullable Path secretFile;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "29382",
      description = "Where to listen on 127.0.0.1; ${DEFAULT-VALUE} if not given.")
  int port;

  @Option(
      names = "--json",
      description = {
        "One JSON object in each line: id, verdict (fits or refused), problem,",
        "status (what was answered), words and body."
      })
  boolean json;

  WebhooksListenCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    String objection = forwardTo == null ? null : Guard.objection(forwardTo);
    if (objection != null) {
      throw new UsageException("--forward-to " + forwardTo + " " + objection + ".");
    }
    if (port < 0 || port > HIGHEST_PORT) {
      throw new UsageException("--port is 0 to %d, not %d.".formatted(HIGHEST_PORT, port));
    }
    List<SigningSecret> secrets = secrets();
    CountDownLatch stopped = new CountDownLatch(1);
    Vertx vertx = Vertx.vertx();
    try (WebhookEcho echo =
        new WebhookEcho(
            vertx, new Config.Listen("127.0.0.1", port), secrets, forwardTo, this::show)) {
      session().stop().onRequest(stopped::countDown);
      session()
          .tell(
              "listening on http://%s/%s; in the webhook: url: \"http://%s/\", allow_private: [\"127.0.0.1\"]"
                  .formatted(
                      echo.address(),
                      forwardTo == null ? "" : ", handing on to " + forwardTo,
                      echo.address()));
      stopped.await();
    } finally {
      var unused = vertx.close().await();
    }
    return ExitStatus.DONE;
  }

  private List<SigningSecret> secrets() {
    if (secretFile != null) {
      try {
        List<SigningSecret> read =
            new SecretInput(session())
                .read(secretFile)
                .reveal()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> SigningSecret.of(Secret.of(line)))
                .toList();
        if (read.isEmpty()) {
          throw new UsageException("there is no secret in " + secretFile + ", only blanks.");
        }
        return read;
      } catch (IllegalArgumentException e) {
        throw new UsageException("the secret in " + secretFile + " " + e.getMessage());
      }
    }
    List<SigningSecret> all =
        Stream.of(session().config())
            .map(Config::webhooks)
            .flatMap(List::stream)
            .map(Endpoint::secrets)
            .flatMap(List::stream)
            .toList();
    if (all.isEmpty()) {
      throw new UsageException(
          "the configuration names no webhooks; name a file with the secret: --secret-file FILE");
    }
    return all;
  }

  private void show(WebhookEcho.Seen seen) {
    if (json) {
      session().say(line(seen));
      return;
    }
    String verdict = seen.problem() == null ? "signature fits" : "REFUSED: " + seen.problem();
    session()
        .say(
            "%s  %s, answered %d%s"
                .formatted(
                    seen.id() == null ? "(no id)" : plain(seen.id()),
                    verdict,
                    seen.status(),
                    seen.words().isEmpty() ? "" : " (" + seen.words() + ")"));
    session().say("    " + plain(seen.body()));
  }

  /** One line; a body that is no JSON is a text. */
  private static String line(WebhookEcho.Seen seen) {
    ObjectNode line =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", seen.id())
            .put("verdict", seen.problem() == null ? "fits" : "refused")
            .put("problem", seen.problem())
            .put("status", seen.status())
            .put("words", seen.words().isEmpty() ? null : seen.words());
    var unused = line.set("body", Json.read(seen.body()));
    return Json.line(line);
  }

  /** Whoever posts cannot write to the terminal. */
  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }
}
