package org.ferry.app;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ferry.id.RoomId;
import org.ferry.live.message.RoomCard;
import org.ferry.migrate.explain.Known;
import org.ferry.store.live.PgLiveTrace;
import org.ferry.store.live.PgLiveTrace.Quarantined;
import org.ferry.store.live.PgLiveTrace.Trace;
import org.ferry.store.live.PgRoomCards;
import org.jspecify.annotations.Nullable;

/** Live conversations, as a person asks about them. Works while {@code run} is at work. */
public final class Conversations {
  private static final int PAGE = 500;

  private final PgRoomCards cards;
  private final PgLiveTrace traces;

  /**
   * Looks at conversations.
   *
   * @param ferry stays the caller's
   */
  public Conversations(Ferry ferry) {
    this.cards = new PgRoomCards(ferry.database());
    this.traces = new PgLiveTrace(ferry.database());
  }

  /**
   * A room.
   *
   * @param id its id
   * @param name what clients call it; null where nothing says it
   * @param network which network it belongs to
   * @param encrypted whether it is encrypted
   * @param keys how many sessions of it Ferry holds keys of
   * @param lastEvent the newest event that was told of; null for none
   * @param lastAt when that was sent; null for none
   * @param followedBy the users of Ferry that follow it
   */
  public record Room(
      String id,
      @Nullable String name,
      String network,
      boolean encrypted,
      long keys,
      @Nullable String lastEvent,
      @Nullable Instant lastAt,
      List<String> followedBy) {}

  /** All rooms that are followed or were told of, in the order of their ids. */
  public List<Room> rooms() {
    List<Room> rooms = new ArrayList<>();
    List<RoomCard> page = cards.page(null, PAGE);
    while (!page.isEmpty()) {
      page.forEach(card -> rooms.add(room(card)));
      page = page.size() < PAGE ? List.of() : cards.page(page.getLast().id(), PAGE);
    }
    return rooms;
  }

  private static Room room(RoomCard card) {
    var last = card.lastEvent();
    return new Room(
        card.id().value(),
        card.name(),
        card.network(),
        card.encrypted(),
        card.keys(),
        last == null ? null : last.value(),
        card.lastAt(),
        card.followedBy().stream().map(u -> u.value()).toList());
  }

  /**
   * How live events stand, in lines for a person.
   *
   * @return nothing where there never was one
   */
  public List<String> lines() {
    Figures figures = figures();
    List<String> lines = new ArrayList<>();
    if (figures.states().isEmpty()) {
      return lines;
    }
    List<String> states = new ArrayList<>();
    figures.states().forEach((state, n) -> states.add("%,d %s".formatted(n, state)));
    lines.add(
        "live events: %s; %,d messages told".formatted(String.join(", ", states), figures.told()));
    figures
        .undecryptable()
        .forEach((reason, n) ->
            lines.add("  undecryptable: %,d %s".formatted(n, reason.replace('_', ' '))));
    if (figures.quarantined() > 0) {
      lines.add(
          "  quarantined: %,d that could not be understood; ferry explain EVENT says why"
              .formatted(figures.quarantined()));
    }
    return lines;
  }

  /**
   * How live events stand.
   *
   * @param states how many there are in each state
   * @param undecryptable how many wait for a key, by reason
   * @param quarantined how many could not be understood
   * @param told how many messages were told
   */
  public record Figures(
      Map<String, Long> states, Map<String, Long> undecryptable, long quarantined, long told) {}

  /** The same figures, for a program. */
  public Figures figures() {
    PgLiveTrace.Figures now = traces.figures();
    return new Figures(now.states(), now.undecryptable(), now.quarantined(), now.told());
  }

  /**
   * What is known of a live event or a followed room.
   *
   * @param id an event's or a room's
   */
  public List<Known> explain(String id) {
    if (id.startsWith("$")) {
      return Stream.concat(
              traces.of(id).stream().map(Conversations::known),
              traces.quarantined(id).stream().map(Conversations::known))
          .toList();
    }
    return id.length() > 1 && id.startsWith("!")
        ? cards.find(new RoomId(id)).stream().map(Conversations::known).toList()
        : List.of();
  }

  private static Known known(Trace trace) {
    String untold = trace.untold();
    return new Known("live event", "room " + trace.room())
        .with("sender", trace.sender())
        .with("type", trace.type())
        .with("received", trace.takenAt())
        .with("came_to", trace.seenBy())
        .with("transaction", trace.transaction())
        .with("trace", trace.trace())
        .with("sent_for", trace.asked())
        .with("encrypted", trace.encrypted())
        .with("state", trace.state())
        .with("trust", trace.trust())
        .with("not_read_because", trace.reason())
        .with("told_as", trace.told().isEmpty() ? null : String.join(", ", trace.told()))
        .with(trace.quarantined() ? "quarantined" : "not_told", untold);
  }

  private static Known known(Quarantined unread) {
    String room = unread.room();
    return new Known("live event", room == null ? "of no room" : "room " + room)
        .with("received", unread.at())
        .with("quarantined", unread.why());
  }

  private static Known known(RoomCard card) {
    return new Known("followed room", "network " + card.network())
        .with("name", card.name())
        .with("encrypted", card.encrypted())
        .with("keys", card.keys())
        .with("last_event", card.lastEvent())
        .with("last_at", card.lastAt())
        .with(
            "followed_by",
            card.followedBy().isEmpty()
                ? null
                : String.join(", ", card.followedBy().stream().map(u -> u.value()).toList()));
  }
}
