package org.ferry.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the made old server and the load generators have in common: people, rooms, messages. */
final class Village {
  /** The server name of the old server. */
  static final String OLD = "old.example.org";

  static final ObjectMapper JSON = new ObjectMapper();

  private static final long BEGIN = 1_500_000_000_000L;
  private static final long STEP_MS = 61_000;
  private static final String[] WORDS =
      ("the garden is open again and whoever has an hour on saturday may come we need two spades"
              + " a ladder and somebody who knows about apple trees see you at nine bring gloves")
          .split(" ");

  private Village() {}

  /** The localpart of a member, counted from 0. */
  static String member(int number) {
    return String.format(Locale.ROOT, "member-%03d", number);
  }

  /** The localparts of all members of a room; the first one made it. */
  static Stream<String> members(int count) {
    return IntStream.range(0, count).mapToObj(Village::member);
  }

  /** The name of a room of a turn, counted from 0. */
  static String roomName(String turn, int number) {
    return String.format(Locale.ROOT, "%s room %03d", turn, number);
  }

  /** When something was said: all orderings of numbers are orderings in time. */
  static long time(long number) {
    return BEGIN + number * STEP_MS;
  }

  /** The content of a text message as the old server holds it. */
  static ObjectNode message(int room, int number) {
    StringBuilder body = new StringBuilder("Message ").append(number).append(':');
    int words = 8 + Math.floorMod(room * 31 + number * 17, 24);
    for (int i = 0; i < words; i++) {
      body.append(' ').append(WORDS[Math.floorMod(room + number * 7 + i, WORDS.length)]);
    }
    return JSON.createObjectNode().put("msgtype", "m.text").put("body", body.toString());
  }
}
