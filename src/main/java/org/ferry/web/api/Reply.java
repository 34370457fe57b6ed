package org.ferry.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.matrix.event.Json;

/**
 * What is answered.
 *
 * @param status the HTTP status
 * @param body the JSON; of no meaning with 204
 */
record Reply(int status, ObjectNode body) {
  static Reply ok(ObjectNode body) {
    return new Reply(200, body);
  }

  static Reply nothing() {
    return new Reply(204, Json.object());
  }
}
