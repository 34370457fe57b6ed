package org.ferry.cli;

import java.util.Map;
import org.ferry.app.Webhooks;
import org.ferry.webhook.Answer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    description = {
      "Send a signed sample to an endpoint, and say what came back.",
      "Exit status 0 where it was taken, else 4."
    },
    footer = "  ferry webhooks test shop")
final class WebhooksTestCommand extends FerryCommand {
  @Parameters(paramLabel = "NAME", description = "The endpoint's name in the configuration.")
  String name = "";

  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  WebhooksTestCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Work work = new Work(session())) {
      Webhooks webhooks = new Webhooks(work.ferry());
      Answer answer = webhooks.test(name).orElseThrow(() -> unknown(name, webhooks));
      if (json) {
        session()
            .json(
                Map.of(
                    "name", name,
                    "taken", answer.taken(),
                    "status", answer.status(),
                    "words", words(answer),
                    "ms", answer.took().toMillis()));
      } else {
        session()
            .say(
                "%s %s after %,d ms%s"
                    .formatted(
                        name,
                        words(answer),
                        answer.took().toMillis(),
                        answer.taken() ? "" : "; only 200 to 299 counts as taken"));
      }
      return answer.taken() ? ExitStatus.DONE : ExitStatus.SERVER;
    }
  }

  private static String words(Answer answer) {
    return answer.taken() || answer.said().isEmpty()
        ? answer.words()
        : answer.words() + ": " + answer.said();
  }

  /** What a person is told who names an endpoint that is not there. */
  static UsageException unknown(String name, Webhooks webhooks) {
    return new UsageException(
        webhooks.names().isEmpty()
            ? "the configuration names no webhooks."
            : "there is no webhook %s; there are: %s"
                .formatted(name, String.join(", ", webhooks.names())));
  }
}
