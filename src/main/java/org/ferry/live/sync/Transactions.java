package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Inbox;
import org.ferry.live.Signal;
import org.ferry.live.TransactionEvents;
import org.ferry.live.accounts.FollowedRooms;
import org.ferry.live.events.Intake;
import org.ferry.matrix.client.Intent;

/**
 * Takes up the homeserver's transactions in the order in which they came. Each is emptied once its
 * events are kept. For one thread.
 */
final class Transactions {
  private static final Duration TICK = Duration.ofSeconds(2);
  private static final int BATCH = 50;

  private final Inbox inbox;
  private final Intake intake;
  private final FollowedRooms rooms;
  private final BotRooms bot;
  private final UserId user;
  private final LongSupplier losses;

  /** Rooms of which nothing is missing, or that are looked at. */
  private final Set<RoomId> looked = new HashSet<>();

  private long lostBefore;

  /**
   * What takes transactions up.
   *
   * @param inbox where they are
   * @param intake where their events go
   * @param rooms which rooms are followed
   * @param bot the bot's rooms
   * @param user the bot
   * @param losses how often the homeserver is known to have lost what it had to push
   */
  Transactions(
      Inbox inbox,
      Intake intake,
      FollowedRooms rooms,
      BotRooms bot,
      UserId user,
      LongSupplier losses) {
    this.inbox = inbox;
    this.intake = intake;
    this.rooms = rooms;
    this.bot = bot;
    this.user = user;
    this.losses = losses;
  }

  /**
   * Takes up what comes until the thread is interrupted.
   *
   * @param as the bot
   * @param news woken when a transaction was stored
   */
  void run(Intent as, Signal news) throws InterruptedException {
    while (true) {
      if (!takeUp(as)) {
        news.await(TICK);
      }
    }
  }

  private boolean takeUp(Intent as) {
    List<Inbox.Untaken> untaken = inbox.untaken(BATCH);
    for (Inbox.Untaken transaction : untaken) {
      byte[] body = transaction.body().getBytes();
      List<ObjectNode> events = TransactionEvents.of(body, intake::unreadable);
      bot.withoutDropping(() -> take(as, events, transaction.trace()));
      inbox.taken(transaction.key());
    }
    return !untaken.isEmpty();
  }

  /**
   * What a homeserver lost has its place before what it pushes now: of a room whose first event
   * comes since this process leads, or since the homeserver lost something last, something may be
   * missing. What is taken up is held until that is there, and other rooms do not wait for it.
   */
  private void completeFirst(List<ObjectNode> events) {
    long lost = losses.getAsLong();
    if (lost != lostBefore) {
      looked.clear();
      lostBefore = lost;
    }
    Set<RoomId> fresh = rooms(events);
    fresh.removeAll(looked);
    if (!fresh.isEmpty()) {
      Set<RoomId> known = new HashSet<>(rooms.among(user, fresh).keySet());
      // Of what is only tried out nothing is to be brought.
      known.removeAll(rooms.triedOut(user));
      for (RoomId room : known) {
        intake.gap(user, room);
        boolean unused = looked.add(room);
      }
    }
  }

  private static Set<RoomId> rooms(List<ObjectNode> events) {
    Set<RoomId> rooms = new HashSet<>();
    for (ObjectNode event : events) {
      boolean unused = rooms.add(room(event));
    }
    return rooms;
  }

  private static RoomId room(ObjectNode event) {
    return new RoomId(event.path("room_id").asText());
  }

  /** Events of rooms that were Ferry's when they were stored, and are nobody's by now. */
  private Predicate<ObjectNode> strange(List<ObjectNode> events) {
    Set<RoomId> in = rooms(events);
    Set<String> ours =
        in.isEmpty()
            ? Set.of()
            : inbox.ours(in.stream().map(RoomId::value).collect(Collectors.toSet()));
    Set<RoomId> strange =
        in.stream()
            .filter(r -> !ours.contains(r.value()) && rooms.standing(user, r).isEmpty())
            .collect(Collectors.toSet());
    return event -> strange.contains(room(event));
  }

  private void take(Intent as, List<ObjectNode> events, TraceId trace) {
    Set<RoomId> in = rooms(events);
    Set<RoomId> followed = rooms.among(user, in).keySet();
    completeFirst(events);
    List<ObjectNode> seen = new ArrayList<>();
    List<ObjectNode> carried = new ArrayList<>();
    for (ObjectNode event : events) {
      boolean concerns = bot.concerns(event);
      if (followed.contains(room(event))) {
        boolean unused = seen.add(event);
      } else if (!concerns) {
        boolean unused = carried.add(event);
      }
      if (concerns) {
        if (bot.isEnd(event)) {
          // While the room is followed: where something fails later, and all of this comes again,
          // it is nobody's any more.
          int unused = intake.take(seen, null, user, trace);
          seen.clear();
        }
        if (bot.membership(as, event)) {
          boolean unused = seen.add(event);
        }
        followed = rooms.among(user, in).keySet();
      }
    }
    carried.removeIf(strange(carried));
    int unused = intake.take(seen, null, user, trace);
    int unusedToo = intake.take(carried, null, null, trace);
  }
}
