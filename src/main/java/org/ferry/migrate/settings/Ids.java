package org.ferry.migrate.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.MxcUri;
import org.ferry.id.RoomAlias;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.rewrite.Lookups;

/**
 * Translates ids that stand alone as a key or value in any JSON; what is not known stays as it is.
 */
final class Ids {
  private final Lookups lookups;

  Ids(Lookups lookups) {
    this.lookups = lookups;
  }

  /** A copy with every id translated. */
  JsonNode translate(JsonNode node) {
    if (node instanceof ObjectNode object) {
      return object(object);
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = Json.object().arrayNode(array.size());
      array.forEach(item -> copy.add(translate(item)));
      return copy;
    }
    return node.isTextual() ? TextNode.valueOf(text(node.textValue())) : node;
  }

  ObjectNode object(ObjectNode object) {
    ObjectNode copy = Json.object();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      copy.set(text(field.getKey()), translate(field.getValue()));
    }
    return copy;
  }

  /** The same text, or the new id where it is an old one. */
  String text(String text) {
    return text.length() < 2 ? text : id(text).orElse(text);
  }

  private Optional<String> id(String text) {
    return switch (text.charAt(0)) {
      case '@' ->
          UserId.isValid(text)
              ? lookups.user(new UserId(text)).map(UserId::value)
              : Optional.empty();
      case '!' -> RoomId.parse(text).flatMap(this::room).map(RoomId::value);
      case '$' -> EventId.parse(text).flatMap(this::event).map(EventId::value);
      case '#' ->
          RoomAlias.isValid(text)
              ? lookups.alias(new RoomAlias(text)).map(RoomAlias::value)
              : Optional.empty();
      case 'm' ->
          MxcUri.parse(text)
              .map(lookups::media)
              .filter(Lookups.FileFate.Carried.class::isInstance)
              .map(f -> ((Lookups.FileFate.Carried) f).target().toString());
      default -> Optional.empty();
    };
  }

  Optional<RoomId> room(RoomId old) {
    return lookups.room(old) instanceof Lookups.RoomFate.Carried c
        ? Optional.of(c.target())
        : Optional.empty();
  }

  Optional<EventId> event(EventId old) {
    return lookups.event(old) instanceof Lookups.LinkFate.Carried c
        ? Optional.of(c.target())
        : Optional.empty();
  }
}
