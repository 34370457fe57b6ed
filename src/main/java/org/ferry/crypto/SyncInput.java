package org.ferry.crypto;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one answer of {@code /sync} says to a device (specification, "Extensions to /sync" of
 * end-to-end encryption).
 *
 * @param toDevice the items of {@code to_device.events}, in the server's order, as they came
 * @param changed {@code device_lists.changed}
 * @param left {@code device_lists.left}
 * @param oneTimeKeyCounts {@code device_one_time_keys_count}; an algorithm that is missing has none
 * @param unusedFallback {@code device_unused_fallback_key_types}; null where the server sent none
 * @param nextBatch the token to go on from, kept in the same commit as everything above
 */
public record SyncInput(
    List<JsonNode> toDevice,
    List<String> changed,
    List<String> left,
    Map<String, Integer> oneTimeKeyCounts,
    @Nullable Set<String> unusedFallback,
    String nextBatch) {

  /** Copies the collections. */
  public SyncInput {
    toDevice = List.copyOf(toDevice);
    changed = List.copyOf(changed);
    left = List.copyOf(left);
    oneTimeKeyCounts = Map.copyOf(oneTimeKeyCounts);
    unusedFallback = unusedFallback == null ? null : Set.copyOf(unusedFallback);
  }
}
