package org.ferry.live.message;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.id.EventId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a room to tell of it.
 *
 * @param facts what its state says
 * @param name what clients call it; null where nothing says it
 * @param network which network it belongs to
 * @param created whether it was told that it is there
 * @param lastEvent the newest event that was told of; null for none
 * @param lastAt when that was sent; null for none
 * @param readAt when the homeserver said what its state is; null where it has not yet
 */
public record Card(
    Facts facts,
    @Nullable String name,
    String network,
    boolean created,
    @Nullable EventId lastEvent,
    @Nullable Instant lastAt,
    @Nullable Instant readAt) {
  /** A room of which nothing is known. */
  static final Card NEW = new Card(Facts.NONE, null, Networks.MATRIX, false, null, null, null);

  /**
   * What the state of a room says.
   *
   * @param name its name; null for none
   * @param alias its canonical alias; null for none
   * @param encrypted whether it is encrypted
   * @param bridges by type and state key: what it is bridged to
   * @param heroes a few of the people in it that are not ours, with what they are called there
   * @param others how many such people there are in all
   */
  public record Facts(
      @Nullable String name,
      @Nullable String alias,
      boolean encrypted,
      Map<String, Bridge> bridges,
      Map<String, String> heroes,
      int others) {
    static final Facts NONE = new Facts(null, null, false, Map.of(), Map.of(), 0);

    /** Copies the maps, in the order of their keys. */
    public Facts {
      bridges = Collections.unmodifiableMap(new TreeMap<>(bridges));
      heroes = Collections.unmodifiableMap(new TreeMap<>(heroes));
    }

    /** As it is kept. */
    public String json() {
      ObjectNode json = Json.object().put("name", name).put("alias", alias);
      ObjectNode unused = json.put("encrypted", encrypted).put("others", others);
      ObjectNode all = json.putObject("bridges");
      bridges.forEach((key, bridge) ->
          all.putObject(key)
              .put("protocol", bridge.protocol())
              .put("bot", bridge.bot())
              .put("receiver", bridge.receiver()));
      ObjectNode people = json.putObject("heroes");
      heroes.forEach(people::put);
      return Json.text(json);
    }

    /** As it was kept. */
    public static Facts of(String json) {
      ObjectNode kept = Json.parseObject(json);
      Map<String, Bridge> bridges = new TreeMap<>();
      kept.path("bridges")
          .properties()
          .forEach(b ->
              bridges.put(
                  b.getKey(),
                  new Bridge(
                      b.getValue().path("protocol").asText(),
                      b.getValue().path("bot").textValue(),
                      b.getValue().path("receiver").textValue())));
      Map<String, String> heroes = new TreeMap<>();
      kept.path("heroes").properties().forEach(h -> heroes.put(h.getKey(), h.getValue().asText()));
      return new Facts(
          kept.path("name").textValue(),
          kept.path("alias").textValue(),
          kept.path("encrypted").asBoolean(),
          bridges,
          heroes,
          kept.path("others").asInt());
    }
  }

  /**
   * What a bridge says of a room.
   *
   * @param protocol the id of its protocol, in lower case
   * @param bot the user of the bridge itself; null where not said
   * @param receiver whose conversation it is, by the id on the other network; null where not said
   */
  public record Bridge(String protocol, @Nullable String bot, @Nullable String receiver) {}
}
