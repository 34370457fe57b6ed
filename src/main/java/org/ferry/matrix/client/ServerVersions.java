package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a server says it supports.
 *
 * @param versions versions of the specification, such as {@code v1.11}
 * @param unstableFeatures the names of the unstable features that are switched on
 */
public record ServerVersions(Set<String> versions, Set<String> unstableFeatures) {
  /** Copies both sets. */
  public ServerVersions {
    versions = Set.copyOf(versions);
    unstableFeatures = Set.copyOf(unstableFeatures);
  }

  static ServerVersions of(ObjectNode answer) {
    Set<String> versions = new HashSet<>();
    answer.path("versions").forEach(v -> versions.add(v.asText()));
    Set<String> on = new HashSet<>();
    for (Map.Entry<String, JsonNode> f : answer.path("unstable_features").properties()) {
      if (f.getValue().asBoolean()) {
        on.add(f.getKey());
      }
    }
    return new ServerVersions(versions, on);
  }

  /** True where the server lists this version of the specification. */
  public boolean supports(String version) {
    return versions.contains(version);
  }

  /** True where the server lists this unstable feature as on. */
  public boolean hasFeature(String name) {
    return unstableFeatures.contains(name);
  }
}
