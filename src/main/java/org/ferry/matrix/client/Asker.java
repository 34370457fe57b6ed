package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/** What an {@link Intent} and its parts share: requests of a user, and how answers are read. */
record Asker(Homeserver server, UserId user, @Nullable DeviceId device) {
  static final String V3 = "/_matrix/client/v3";
  static final String ROOM = V3 + "/rooms/{}";

  ObjectNode ask(Call call) {
    return server.json(call.as(user, device));
  }

  /** As above; of the elements at these paths those that cannot be read are null. */
  ObjectNode ask(Call call, List<String> elements) {
    return server.json(call.as(user, device), elements);
  }

  /** What the answer holds goes into a file, which is empty before. */
  void fill(Path file, Call call) {
    server.fill(file, call.as(user, device));
  }

  void tell(Call call) {
    Answer unused = server.answer(call.as(user, device));
  }

  /** Asks for something to be gone; nothing happens where it is not there. */
  void remove(Call call) {
    try {
      tell(call);
    } catch (MatrixException e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
  }

  /** The answer; empty where the server says that there is no such thing. */
  Optional<ObjectNode> find(Call call) {
    try {
      return Optional.of(ask(call));
    } catch (MatrixException e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static ObjectNode reason(@Nullable String reason) {
    ObjectNode body = Json.object();
    return reason == null ? body : body.put("reason", reason);
  }

  static String required(ObjectNode answer, String field) {
    String value = text(answer, field);
    if (value == null) {
      throw new MatrixException("", "", 200, "", "the answer lacks " + field, Optional.empty());
    }
    return value;
  }

  static @Nullable String text(JsonNode object, String field) {
    return object.path(field).textValue();
  }

  static List<ObjectNode> objects(JsonNode array) {
    List<ObjectNode> all = new ArrayList<>();
    for (JsonNode item : array) {
      if (item instanceof ObjectNode o) {
        all.add(o);
      }
    }
    return all;
  }
}
