package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.ferry.id.Nearest;
import org.ferry.id.RoomId;
import org.ferry.live.message.LiveMessage;
import org.ferry.live.message.Messages;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.live.message.Stored;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** Messages and rooms, for programs that look now and then. */
final class ReadEndpoints {
  private static final int STANDARD = 50;
  private static final int MOST = 500;
  private static final int BATCH = 200;
  private static final int MOST_BATCHES = 25;

  /** An answer ends behind the message with which it is about so large in memory. */
  private static final long MOST_BYTES = 4 << 20;

  private final Messages messages;
  private final RoomCards cards;
  private final View view;
  private final Set<String> networks;

  ReadEndpoints(Messages messages, RoomCards cards, View view, Set<String> networks) {
    this.messages = messages;
    this.cards = cards;
    this.view = view;
    this.networks = networks;
  }

  List<Endpoint> all() {
    return List.of(
        Endpoint.get(
            "/messages",
            Scope.READ,
            Endpoint.Doc.of(
                "messages",
                "Messages, the newest first",
                "Messages",
                "since",
                "before",
                "room",
                "limit"),
            request -> messages(request, null)),
        Endpoint.get(
            "/messages/{network}",
            Scope.READ,
            Endpoint.Doc.of(
                "messagesOfNetwork",
                "Messages of one network, the newest first",
                "Messages",
                "since",
                "before",
                "room",
                "limit"),
            request -> messages(request, request.part("network"))),
        Endpoint.get(
            "/rooms",
            Scope.READ,
            Endpoint.Doc.of("rooms", "Rooms that Ferry follows", "Rooms", "after", "limit"),
            this::rooms));
  }

  /** What is asked for. */
  private record Wanted(Caller caller, @Nullable RoomId room, @Nullable String network, int limit) {
    boolean fits(LiveMessage message) {
      return (room == null || room.equals(message.room()))
          && (network == null || network.equals(message.network()));
    }
  }

  private Reply messages(Request request, @Nullable String network) {
    Caller caller = request.caller();
    if (network != null && !caller.seesNetwork(network)) {
      throw new Problem(403, "forbidden_network", "the token's networks do not include " + network);
    }
    if (network != null && !networks.contains(network)) {
      throw Problem.notFound(
          "there is no such network"
              + Nearest.to(network, networks).map(n -> " (did you mean " + n + "?)").orElse("")
              + "; the configuration adds others, under networks");
    }
    RoomId room = request.param("room").map(r -> view.visible(caller, r)).orElse(null);
    Wanted wanted = new Wanted(caller, room, network, request.number("limit", STANDARD, 1, MOST));
    String since = request.param("since").orElse(null);
    return since == null
        ? newest(wanted, place(request.param("before").orElse("0"), "before"))
        : since(wanted, since);
  }

  /** The newest, or those before a place. */
  private Reply newest(Wanted wanted, long before) {
    long end = messages.last();
    List<LiveMessage> found = new ArrayList<>();
    long from = before;
    boolean whole = false;
    long room = MOST_BYTES;
    for (int i = 0; i < MOST_BATCHES && found.size() < wanted.limit() && !whole && room > 0; i++) {
      List<LiveMessage> page = messages.page(filter(wanted, from));
      whole = page.isEmpty();
      for (LiveMessage message : page) {
        if (found.size() == wanted.limit() || room <= 0) {
          break;
        }
        from = message.pos();
        if (view.sees(wanted.caller(), message)) {
          boolean unused = found.add(message);
          room -= Stored.weight(message.data());
        }
      }
    }
    return answer(found, end, whole || found.size() == wanted.limit() ? null : from);
  }

  private static Messages.Filter filter(Wanted wanted, long before) {
    return new Messages.Filter(
        wanted.room() == null ? null : Set.of(wanted.room()),
        wanted.network() == null ? null : Set.of(wanted.network()),
        null,
        before,
        BATCH);
  }

  /** What follows a place: the oldest of it where it is more than the limit, so nothing is lost. */
  private Reply since(Wanted wanted, String since) {
    long pos = position(since);
    List<LiveMessage> found = new ArrayList<>();
    long room = MOST_BYTES;
    for (int i = 0; i < MOST_BATCHES && found.size() < wanted.limit() && room > 0; i++) {
      List<LiveMessage> batch = messages.after(pos, BATCH);
      if (batch.isEmpty()) {
        break;
      }
      for (LiveMessage message : batch) {
        if (found.size() == wanted.limit() || room <= 0) {
          break;
        }
        pos = message.pos();
        if (wanted.fits(message) && view.sees(wanted.caller(), message)) {
          boolean unused = found.add(message);
          room -= Stored.weight(message.data());
        }
      }
    }
    return answer(found.reversed(), pos, null);
  }

  private long position(String since) {
    if (since.matches("[0-9]{1,18}")) {
      long pos = Long.parseLong(since);
      long end = messages.last();
      if (pos > end) {
        throw beyond("since", end, ", or with a time");
      }
      return pos;
    }
    return messages.firstSince(Times.of(since)) - 1;
  }

  /**
   * Who asks for what follows a place that is not there yet waits for ever: the log was begun anew,
   * or brought back from a backup.
   */
  private static Problem beyond(String name, long end, String other) {
    return new Problem(
        400,
        "beyond_the_end",
        "%s is beyond the end of the log, which is at %d: it was begun anew, or brought back as it was earlier; go on with %d%s"
            .formatted(name, end, end, other));
  }

  /** A place that a stream was to go on from. */
  static Problem beyondInStream(String name, long end) {
    return beyond(name, end, "");
  }

  static long place(String text, String name) {
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    throw Problem.badRequest(name + " is the id of a message in an earlier answer");
  }

  /**
   * A page.
   *
   * @param before where the looking stopped although older messages may follow, else null
   */
  private Reply answer(List<LiveMessage> found, long next, @Nullable Long before) {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("messages");
    found.forEach(m -> list.add(view.listed(m)));
    if (before != null) {
      answer.put("before", String.valueOf(before));
    }
    return Reply.ok(answer.put("next", String.valueOf(next)));
  }

  private Reply rooms(Request request) {
    int limit = request.number("limit", STANDARD, 1, MOST);
    RoomId after = request.param("after").map(ReadEndpoints::id).orElse(null);
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("rooms");
    boolean more = true;
    for (int i = 0; i < MOST_BATCHES && more && list.size() < limit; i++) {
      List<RoomCard> page = cards.page(after, BATCH);
      more = page.size() == BATCH;
      for (RoomCard card : page) {
        if (list.size() == limit) {
          more = true;
          break;
        }
        after = card.id();
        if (request.caller().seesNetwork(card.network())
            && view.seesRoom(request.caller(), card.id())) {
          list.add(View.room(card));
        }
      }
    }
    return Reply.ok(answer.put("next", more && after != null ? after.value() : null));
  }

  private static RoomId id(String text) {
    try {
      return new RoomId(text);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("after is a room id");
    }
  }
}
