package org.ferry.live.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ferry.crypto.RoomSettings;
import org.ferry.live.message.Card.Bridge;
import org.ferry.live.message.Card.Facts;
import org.jspecify.annotations.Nullable;

/** Keeps what is known of a room in step with its state. */
final class StateFold {
  static final Set<String> BRIDGES = Set.of("m.bridge", "uk.half-shot.bridge");

  /** As many as a room's name may name (client-server API, "Calculating the display name"). */
  private static final int HEROES = 5;

  private StateFold() {}

  /** What is known once a piece of state other than a membership is so. */
  static Facts state(Facts facts, String type, String key, JsonNode content) {
    return switch (type) {
      case "m.room.name" ->
          new Facts(
              text(content.path("name")),
              facts.alias(),
              facts.encrypted(),
              facts.bridges(),
              facts.heroes(),
              facts.others());
      case "m.room.canonical_alias" ->
          new Facts(
              facts.name(),
              text(content.path("alias")),
              facts.encrypted(),
              facts.bridges(),
              facts.heroes(),
              facts.others());
      case "m.room.encryption" ->
          new Facts(
              facts.name(),
              facts.alias(),
              facts.encrypted() || RoomSettings.encrypts(content),
              facts.bridges(),
              facts.heroes(),
              facts.others());
      default -> BRIDGES.contains(type) ? bridges(facts, type + " " + key, bridge(content)) : facts;
    };
  }

  private static @Nullable String text(JsonNode value) {
    String text = value.textValue();
    return text == null || text.isBlank() ? null : text.strip();
  }

  private static Facts bridges(Facts facts, String key, @Nullable Bridge bridge) {
    Map<String, Bridge> bridges = new TreeMap<>(facts.bridges());
    Bridge unused = bridge == null ? bridges.remove(key) : bridges.put(key, bridge);
    return new Facts(
        facts.name(), facts.alias(), facts.encrypted(), bridges, facts.heroes(), facts.others());
  }

  /** What a bridge says; null where it says nothing any more: that is how it takes it back. */
  private static @Nullable Bridge bridge(JsonNode content) {
    String id = text(content.path("protocol").path("id"));
    if (id == null) {
      return null;
    }
    String protocol = id.toLowerCase(Locale.ROOT);
    String network = content.path("network").path("id").asText("").toLowerCase(Locale.ROOT);
    String link = content.path("channel").path("external_url").asText("");
    if (protocol.equals("meta")
        && (network.startsWith("instagram") || link.contains("instagram."))) {
      protocol = "instagram";
    }
    return new Bridge(
        protocol,
        text(content.path("bridgebot")),
        text(content.path("channel").path("fi.mau.receiver")));
  }

  /** What is known once somebody, who is not ours, is in a room, or is not. */
  static Facts member(Facts facts, String user, boolean was, boolean is, @Nullable String name) {
    Map<String, String> heroes = new TreeMap<>(facts.heroes());
    if (!is) {
      String unused = heroes.remove(user);
    } else if (heroes.containsKey(user) || heroes.size() < HEROES) {
      String unused = heroes.put(user, name == null ? user : name);
    }
    int others = Math.max(heroes.size(), facts.others() + (is ? 1 : 0) - (was ? 1 : 0));
    return new Facts(
        facts.name(), facts.alias(), facts.encrypted(), facts.bridges(), heroes, others);
  }

  /** Whether somebody of this membership counts as being in a room. */
  static boolean present(@Nullable String membership) {
    return "join".equals(membership) || "invite".equals(membership);
  }

  /**
   * What clients call a room (client-server API, "Calculating the display name for a room").
   *
   * @param facts what is known of it
   * @return null where nothing is known
   */
  static @Nullable String name(Facts facts) {
    if (facts.name() != null) {
      return facts.name();
    }
    if (facts.alias() != null) {
      return facts.alias();
    }
    List<String> names = new ArrayList<>();
    facts
        .heroes()
        .forEach((user, name) -> {
          if (!bot(facts, user)) {
            names.add(name);
          }
        });
    if (names.isEmpty()) {
      return null;
    }
    int more = facts.others() - facts.heroes().size();
    if (more > 0) {
      return String.join(", ", names) + " and " + more + (more == 1 ? " other" : " others");
    }
    String last = names.removeLast();
    return names.isEmpty() ? last : String.join(", ", names) + " and " + last;
  }

  private static boolean bot(Facts facts, String user) {
    return facts.bridges().values().stream().anyMatch(b -> user.equals(b.bot()));
  }

  /** The membership and name of somebody by a membership event. */
  static @Nullable String displayName(ObjectNode content) {
    return text(content.path("displayname"));
  }
}
