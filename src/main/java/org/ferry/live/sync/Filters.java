package org.ferry.live.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.ThreadLocalRandom;
import org.ferry.matrix.event.Json;

/** What is asked of {@code /sync}. */
final class Filters {
  private static final String NOTHING = "{\"not_types\":[\"*\"]}";

  private Filters() {}

  /** Only what is for the device: room keys, key counts, whose devices changed. */
  static ObjectNode keys() {
    return Json.parseObject(
        "{\"room\":{\"rooms\":[]},\"presence\":%s,\"account_data\":%s}"
            .formatted(NOTHING, NOTHING));
  }

  /** The same in other words each time: Synapse gives equal questions the answer of before. */
  static ObjectNode visit() {
    return inOtherWords(keys());
  }

  private static ObjectNode inOtherWords(ObjectNode filter) {
    ObjectNode unused =
        filter
            .withObjectProperty("room")
            .withObjectProperty("timeline")
            .put("limit", ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE));
    return filter;
  }

  /**
   * That, and the rooms: their timelines and invitations, without presence, typing and settings.
   */
  static ObjectNode rooms() {
    return Json.parseObject(
        """
        {"room":{"timeline":{"limit":50},"state":{"lazy_load_members":true},\
        "ephemeral":%1$s,"account_data":%1$s},"presence":%1$s,"account_data":%1$s}\
        """
            .formatted(NOTHING));
  }

  /** What the first sync of an account needs: which rooms there are, and where each stands. */
  static ObjectNode first() {
    return Json.parseObject(
        """
        {"room":{"timeline":{"limit":1},"state":{"types":["m.room.name","m.room.canonical_alias"],\
        "lazy_load_members":true},"ephemeral":%1$s,"account_data":%1$s},"presence":%1$s,\
        "account_data":%1$s}\
        """
            .formatted(NOTHING));
  }

  /**
   * The newest events of rooms in which something happened, and nothing else; in other words each
   * time.
   *
   * @param limit how many of each room
   */
  static ObjectNode newest(int limit) {
    String unheard = "!" + ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) + ":invalid";
    return Json.parseObject(
        """
        {"room":{"not_rooms":["%2$s"],"timeline":{"limit":%3$d,"lazy_load_members":true},\
        "state":{"not_types":["*"],"lazy_load_members":true},"ephemeral":%1$s,\
        "account_data":%1$s},"presence":%1$s,"account_data":%1$s}\
        """
            .formatted(NOTHING, unheard, limit));
  }

  /** Only which invitations there are, in other words each time. */
  static ObjectNode invitations() {
    return inOtherWords(
        Json.parseObject(
            """
            {"room":{"rooms":["!none:invalid"],"state":%1$s,"ephemeral":%1$s,\
            "account_data":%1$s},"presence":%1$s,"account_data":%1$s}\
            """
                .formatted(NOTHING)));
  }
}
