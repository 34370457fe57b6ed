package org.ferry.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a homeserver pushed, cut into the pieces that belong to rooms. The pieces are byte ranges of
 * what came, so that what is kept of it is kept as it came, whatever is in it.
 */
final class Transaction {
  private static final String EVENTS = "events";

  /** Lists of what is true for a moment, by their present and their older name. */
  private static final Set<String> PASSING = Set.of("ephemeral", "de.sorunome.msc2409.ephemeral");

  /** The lists whose items belong to rooms. */
  private static final Set<String> LISTS =
      Set.of(EVENTS, "ephemeral", "de.sorunome.msc2409.ephemeral");

  /** Nothing is built from what is read, so that no depth or length can do harm. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .recyclerPool(JsonRecyclerPools.sharedBoundedPool())
          .build();

  private final byte[] body;
  private final List<Piece> pieces;

  /**
   * An item of a list.
   *
   * @param list the list's name
   * @param room the room it belongs to, null where it names none, or two
   * @param member whose membership it is, null where it is none
   * @param event what it calls itself, null where it does not, or nothing that is an id
   * @param from its first byte
   * @param to the byte after its last one
   */
  private record Piece(
      String list,
      @Nullable String room,
      @Nullable String member,
      @Nullable EventId event,
      int from,
      int to) {}

  /** What an item says of itself. */
  private record Label(@Nullable String room, @Nullable String member, @Nullable EventId event) {
    static final Label NONE = new Label(null, null, null);
  }

  private Transaction(byte[] body, List<Piece> pieces) {
    this.body = body;
    this.pieces = pieces;
  }

  /** Reads a transaction; one that is no JSON has no pieces, because nobody can say whose it is. */
  static Transaction of(byte[] body) {
    List<Piece> pieces = new ArrayList<>();
    try (JsonParser in = FACTORY.createParser(body)) {
      if (in.nextToken() == JsonToken.START_OBJECT) {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String name = in.currentName();
          if (in.nextToken() == JsonToken.START_ARRAY && LISTS.contains(name)) {
            items(in, body, name, pieces);
          } else {
            JsonParser unused = in.skipChildren();
          }
        }
      }
    } catch (IOException e) {
      // What is broken somewhere may be cut wrongly before that place, too.
      pieces.clear();
    }
    return new Transaction(body, pieces);
  }

  private static void items(JsonParser in, byte[] body, String list, List<Piece> pieces)
      throws IOException {
    while (in.nextToken() != JsonToken.END_ARRAY) {
      long from = in.currentTokenLocation().getByteOffset();
      Label label = Label.NONE;
      if (in.currentToken() == JsonToken.START_OBJECT) {
        label = label(in);
      } else {
        JsonParser unused = in.skipChildren();
      }
      long to = in.currentLocation().getByteOffset();
      boolean whole = from >= 0 && to > from && to <= body.length && body[(int) from] == '{';
      Label usable = whole ? label : Label.NONE;
      pieces.add(
          new Piece(
              list,
              usable.room(),
              usable.member(),
              usable.event(),
              (int) Math.max(0, from),
              (int) to));
    }
  }

  /** The room that an item names, and whose membership it is; reads to the item's end. */
  private static Label label(JsonParser in) throws IOException {
    String room = null;
    String type = null;
    String key = null;
    EventId event = null;
    boolean two = false;
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String name = in.currentName();
      if (in.nextToken() != JsonToken.VALUE_STRING) {
        JsonParser unused = in.skipChildren();
        continue;
      }
      switch (name) {
        case "room_id" -> {
          two |= room != null;
          room = in.getText();
        }
        case "type" -> type = in.getText();
        case "state_key" -> key = in.getText();
        case "event_id" -> event = EventId.parse(in.getText()).orElse(null);
        default -> {}
      }
    }
    return two ? Label.NONE : new Label(room, "m.room.member".equals(type) ? key : null, event);
  }

  /** The rooms that it is about. */
  Set<String> rooms() {
    return pieces.stream()
        .map(Piece::room)
        .flatMap(java.util.stream.Stream::ofNullable)
        .collect(Collectors.toSet());
  }

  /**
   * A room event in it.
   *
   * @param room as it names it
   * @param id what it calls itself, null where it does not
   * @param bytes as it came
   */
  record Cut(String room, @Nullable EventId id, Buffer bytes) {}

  /** The room events in it, in their order. */
  List<Cut> events() {
    List<Cut> events = new ArrayList<>();
    for (Piece piece : pieces) {
      String room = piece.room();
      if (piece.list().equals(EVENTS) && room != null) {
        byte[] bytes = Arrays.copyOfRange(body, piece.from(), piece.to());
        events.add(new Cut(room, piece.event(), Buffer.buffer(bytes)));
      }
    }
    return events;
  }

  /**
   * Who types in which of some rooms, as it was said last.
   *
   * @param wanted the rooms
   */
  List<Typing.Typed> typing(Set<String> wanted) {
    Map<String, Typing.Typed> all = new LinkedHashMap<>();
    for (Piece piece : pieces) {
      String room = piece.room();
      if (room != null && PASSING.contains(piece.list()) && wanted.contains(room)) {
        typed(room, piece).ifPresent(typed -> all.put(room, typed));
      }
    }
    return List.copyOf(all.values());
  }

  private Optional<Typing.Typed> typed(String room, Piece piece) {
    try {
      ObjectNode event = Json.parseObject(Arrays.copyOfRange(body, piece.from(), piece.to()));
      if (!event.path("type").asText().equals("m.typing")) {
        return Optional.empty();
      }
      List<String> users = new ArrayList<>();
      for (JsonNode user : event.path("content").path("user_ids")) {
        if (UserId.isValid(user.asText())) {
          users.add(user.asText());
        }
      }
      return Optional.of(new Typing.Typed(new RoomId(room), users));
    } catch (IllegalArgumentException e) {
      // reason: nobody is helped by typing that cannot be read.
      return Optional.empty();
    }
  }

  /** How many items it holds. */
  int size() {
    return pieces.size();
  }

  /**
   * What is left where only the events of some rooms stay, and one user's memberships of any room.
   *
   * @param wanted the rooms
   * @param self the user
   * @return the bytes, a JSON object with the lists that are not empty, and how many items stayed
   */
  Rest of(Set<String> wanted, String self) {
    Map<String, List<Piece>> lists = new LinkedHashMap<>();
    int kept = 0;
    for (Piece piece : pieces) {
      boolean own = self.equals(piece.member());
      boolean event = piece.list().equals(EVENTS) && piece.room() != null;
      if (event && (own || wanted.contains(piece.room()))) {
        lists.computeIfAbsent(piece.list(), k -> new ArrayList<>()).add(piece);
        kept++;
      }
    }
    Buffer out = Buffer.buffer();
    String before = "{";
    for (Map.Entry<String, List<Piece>> list : lists.entrySet()) {
      out = out.appendString(before + "\"" + list.getKey() + "\":");
      String open = "[";
      for (Piece piece : list.getValue()) {
        int length = piece.to() - piece.from();
        out = out.appendString(open).appendBytes(body, piece.from(), length);
        open = ",";
      }
      out = out.appendString("]");
      before = ",";
    }
    return new Rest(out.appendString(lists.isEmpty() ? "{}" : "}"), kept);
  }

  /** What stays of a transaction. */
  record Rest(Buffer body, int kept) {}
}
