package org.ferry.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says which messages an endpoint gets. Safe for use by many threads. */
public final class Filter {
  private final List<Pattern> events;
  private final List<Pattern> networks;
  private final List<Pattern> rooms;
  private final List<Pattern> senders;
  private final @Nullable Instant since;

  /**
   * A filter.
   *
   * @param rules the endpoint's
   * @param since what is older is left out; null for no limit
   */
  public Filter(Endpoint.Rules rules, @Nullable Instant since) {
    this.events = patterns(rules.events());
    this.networks = patterns(rules.networks());
    this.rooms = patterns(rules.rooms());
    this.senders = patterns(rules.senders());
    this.since = since;
  }

  /**
   * Which rule keeps a message out.
   *
   * @param message which
   * @return such as {@code events}, the key of the configuration; empty where it is delivered
   */
  public Optional<String> against(Message message) {
    if (!any(events, message.type())) {
      return Optional.of("events");
    }
    if (!networks.isEmpty() && !any(networks, message.network())) {
      return Optional.of("networks");
    }
    if (!any(rooms, message.room()) && !any(rooms, message.roomName())) {
      return Optional.of("rooms");
    }
    if (!any(senders, message.sender())) {
      return Optional.of("senders");
    }
    return since != null && message.at().isBefore(since) ? Optional.of("from") : Optional.empty();
  }

  private static boolean any(List<Pattern> patterns, String text) {
    return patterns.stream().anyMatch(p -> p.matcher(text).matches());
  }

  private static List<Pattern> patterns(List<String> globs) {
    return globs.stream().map(Filter::pattern).toList();
  }

  /** {@code *} stands for anything, {@code ?} for one character; letters in any case. */
  private static Pattern pattern(String glob) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints()
        .forEach(c -> {
          StringBuilder unused =
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              };
        });
    return Pattern.compile(
        regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }
}
