package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;

/** Bodies of requests about keys. */
final class KeyBodies {
  private KeyBodies() {}

  static ObjectNode query(Collection<UserId> users) {
    ObjectNode body = Json.object();
    ObjectNode keys = body.put("timeout", 10_000).putObject("device_keys");
    users.stream().sorted().forEach(u -> keys.putArray(u.value()));
    return body;
  }
}
