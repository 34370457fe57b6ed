package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.ferry.id.RoomId;

/** Reads places of settings back from the ledger. */
final class Spots {
  private Spots() {}

  /** The place, or empty where nothing can be taken back there: read markers only move forwards. */
  static Optional<Spot.Reversible> of(JsonNode json) {
    String name = json.path("name").asText();
    return switch (json.path("kind").asText()) {
      case "tag" -> Optional.of(new Spot.Tag(new RoomId(json.path("room").asText()), name));
      case "data" ->
          Optional.of(
              new Spot.Data(
                  json.has("room") ? new RoomId(json.path("room").asText()) : null, name));
      case "rule" -> Optional.of(new Spot.Rule(json.path("of").asText(), name));
      case "default_rule" -> Optional.of(new Spot.DefaultRule(json.path("of").asText(), name));
      case "profile" -> Optional.of(new Spot.Field(name));
      case "added" -> Optional.of(new Additions(name, json.path("field").textValue()));
      default -> Optional.empty();
    };
  }
}
