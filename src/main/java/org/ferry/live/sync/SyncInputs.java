package org.ferry.live.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ferry.crypto.SyncInput;
import org.jspecify.annotations.Nullable;

/** Reads what an answer of {@code /sync} says to a device. What has a wrong type is not there. */
final class SyncInputs {
  private SyncInputs() {}

  /**
   * Reads an answer.
   *
   * @throws IllegalArgumentException where it has no token to go on from
   */
  static SyncInput of(ObjectNode answer) {
    String next = answer.path("next_batch").textValue();
    if (next == null || next.isEmpty()) {
      throw new IllegalArgumentException("an answer of /sync lacks next_batch");
    }
    List<JsonNode> toDevice = new ArrayList<>();
    answer.path("to_device").path("events").forEach(toDevice::add);
    JsonNode lists = answer.path("device_lists");
    return new SyncInput(
        toDevice,
        texts(lists.path("changed")),
        texts(lists.path("left")),
        counts(answer.path("device_one_time_keys_count")),
        fallback(answer),
        next);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : array) {
      if (item.isTextual()) {
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  private static Map<String, Integer> counts(JsonNode object) {
    Map<String, Integer> counts = new HashMap<>();
    for (Map.Entry<String, JsonNode> count : object.properties()) {
      if (count.getValue().canConvertToInt() && count.getValue().isIntegralNumber()) {
        counts.put(count.getKey(), count.getValue().intValue());
      }
    }
    return counts;
  }

  /** Null where the server says nothing: it may not know of fallback keys. */
  private static @Nullable Set<String> fallback(ObjectNode answer) {
    for (String name :
        List.of(
            "device_unused_fallback_key_types",
            "org.matrix.msc2732.device_unused_fallback_key_types")) {
      if (answer.path(name).isArray()) {
        return new HashSet<>(texts(answer.path(name)));
      }
    }
    return null;
  }
}
