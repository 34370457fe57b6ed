package org.ferry.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ferry.id.Glob;
import org.jspecify.annotations.Nullable;

/** Says which messages an endpoint gets. Safe for use by many threads. */
public final class Filter {
  private final List<Glob> events;
  private final List<Glob> networks;
  private final List<Glob> rooms;
  private final List<Glob> senders;
  private final @Nullable Instant since;

  /**
   * A filter.
   *
   * @param rules the endpoint's
   * @param since what is older is left out; null for no limit
   */
  public Filter(Endpoint.Rules rules, @Nullable Instant since) {
    this.events = Glob.all(rules.events());
    this.networks = Glob.all(rules.networks());
    this.rooms = Glob.all(rules.rooms());
    this.senders = Glob.all(rules.senders());
    this.since = since;
  }

  /**
   * Which rule keeps a message out.
   *
   * @param message which
   * @return such as {@code events}, the key of the configuration; empty where it is delivered
   */
  public Optional<String> against(Message message) {
    if (!Glob.any(events, message.type())) {
      return Optional.of("events");
    }
    if (!networks.isEmpty() && !Glob.any(networks, message.network())) {
      return Optional.of("networks");
    }
    if (!Glob.any(rooms, message.room()) && !Glob.any(rooms, message.roomName())) {
      return Optional.of("rooms");
    }
    if (!Glob.any(senders, message.sender())) {
      return Optional.of("senders");
    }
    return since != null && message.at().isBefore(since) ? Optional.of("from") : Optional.empty();
  }
}
