package org.ferry.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.app.Webhooks;
import org.ferry.webhook.Desk;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Say where live messages are delivered, and how each endpoint stands.",
      "Exit status 1 where one is switched off. Works while run is at work, which delivers."
    },
    footer = "  ferry webhooks list --json")
final class WebhooksListCommand extends FerryCommand {
  @Option(names = "--json", description = "As JSON on standard output.")
  boolean json;

  WebhooksListCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    try (Work work = new Work(session())) {
      List<Webhooks.Line> all = new Webhooks(work.ferry()).list();
      Instant now = work.ferry().clock().instant();
      if (json) {
        session()
            .json(Map.of("webhooks", all.stream().map(WebhooksListCommand::document).toList()));
      } else if (all.isEmpty()) {
        session().say("Nothing is delivered: the configuration names no webhooks.");
      } else {
        all.forEach(line -> lines(line, now).forEach(session()::say));
      }
      boolean off = all.stream().anyMatch(WebhooksListCommand::isOff);
      return off ? ExitStatus.FAILED : ExitStatus.DONE;
    }
  }

  private static boolean isOff(Webhooks.Line line) {
    return line.endpoint() != null && line.standing() != null && !line.standing().on();
  }

  static Map<String, @Nullable Object> document(Webhooks.Line line) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    Desk.Standing s = line.standing();
    document.put("name", line.name());
    document.put("url", line.endpoint() == null ? null : line.endpoint().url().toString());
    document.put("configured", line.endpoint() != null);
    document.put("on", s == null || s.on());
    document.put("reason", s == null ? null : s.reason());
    document.put("waiting", s == null ? 0 : s.waiting());
    document.put("oldest", s == null ? null : text(s.oldest()));
    document.put("delivered", s == null ? 0 : s.delivered());
    document.put("failed", s == null ? 0 : s.failed());
    document.put("failing_since", s == null ? null : text(s.failingSince()));
    document.put("last_success", s == null ? null : text(s.lastSuccess()));
    document.put("last_error", s == null ? null : s.lastError());
    return document;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  /** An endpoint for a person: one line, and one for each thing that is wrong. */
  static List<String> lines(Webhooks.Line line, Instant now) {
    List<String> lines = new java.util.ArrayList<>();
    Desk.Standing s = line.standing();
    String where = line.endpoint() == null ? "no longer configured" : "" + line.endpoint().url();
    if (s == null) {
      return List.of("%s  %s: not begun yet; ferry run delivers".formatted(line.name(), where));
    }
    Instant oldest = s.oldest();
    lines.add(
        "%s  %s: %s, %,d delivered, %,d waiting%s, %,d given up"
            .formatted(
                line.name(),
                where,
                s.on() ? "on" : "off",
                s.delivered(),
                s.waiting(),
                oldest == null ? "" : ", the oldest for " + age(oldest, now),
                s.failed()));
    if (!s.on()) {
      lines.add(
          "    switched off: %s. When it is mended: ferry webhooks enable %s"
              .formatted(s.reason(), line.name()));
    } else if (s.failingSince() != null) {
      lines.add("    failing for %s: %s".formatted(age(s.failingSince(), now), s.lastError()));
    }
    if (s.failed() > 0) {
      lines.add("    what was given up: ferry webhooks failed --name " + line.name());
    }
    return lines;
  }

  private static String age(Instant since, Instant now) {
    Duration age = Duration.between(since, now);
    return PlainProgress.time(age.isNegative() ? Duration.ZERO : age);
  }
}
