package org.ferry.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.ferry.id.Glob;
import org.jspecify.annotations.Nullable;

/** Says which messages of one moment an endpoint gets. Safe for use by many threads. */
public final class Filter {
  private final List<Glob> events;
  private final List<Glob> networks;
  private final List<Glob> rooms;
  private final List<Glob> senders;
  private final @Nullable Instant since;
  private final Function<String, Optional<String>> alias;
  private final boolean byNoAlias;
  private final Map<String, Boolean> byAlias = new ConcurrentHashMap<>();

  /**
   * A filter.
   *
   * @param rules the endpoint's
   * @param since what is older is left out; null for no limit
   * @param alias gives a room's alias; asked once of each room whose id and name do not fit, where
   *     one of the rules could mean an alias
   */
  public Filter(
      Endpoint.Rules rules, @Nullable Instant since, Function<String, Optional<String>> alias) {
    this.events = Glob.all(rules.events());
    this.networks = Glob.all(rules.networks());
    this.rooms = Glob.all(rules.rooms());
    this.senders = Glob.all(rules.senders());
    this.since = since;
    this.alias = alias;
    this.byNoAlias = rules.rooms().stream().noneMatch(r -> r.matches("(?s)[#*?].*"));
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
    if (!Glob.any(rooms, message.room())
        && !Glob.any(rooms, message.roomName())
        && (byNoAlias || !fitsByAlias(message.room()))) {
      return Optional.of("rooms");
    }
    if (!Glob.any(senders, message.sender())) {
      return Optional.of("senders");
    }
    return since != null && message.at().isBefore(since) ? Optional.of("from") : Optional.empty();
  }

  /** Asked for outside the map: who waits for a database inside holds a carrier of threads. */
  private boolean fitsByAlias(String room) {
    Boolean known = byAlias.get(room);
    if (known == null) {
      known = alias.apply(room).filter(a -> Glob.any(rooms, a)).isPresent();
      Boolean unused = byAlias.put(room, known);
    }
    return known;
  }
}
