package org.ferry.matrix.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.ferry.id.RoomId;
import org.ferry.matrix.event.Json;

/**
 * Deletes rooms through Synapse's admin API (Delete Room API, version 2): everybody of the server
 * leaves, local aliases go, and what the server holds of the room is purged. The homeserver must
 * have been opened with an administrator's token. Blocks; for virtual threads.
 */
public final class RoomDeletion {
  private static final String DELETE = "/_synapse/admin/v2/rooms/{}";
  private static final String STATUS = "/_synapse/admin/v2/rooms/delete_status/{}";
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Homeserver admin;

  /**
   * Deletion on a server.
   *
   * @param admin the server, spoken to as an administrator
   */
  public RoomDeletion(Homeserver admin) {
    this.admin = admin;
  }

  /**
   * Deletes a room and waits until that is done.
   *
   * @param room the room
   * @return true where it is gone; false where the server has no such API, does not allow it, or
   *     did not come to an end
   * @throws InterruptedException where the calling thread was interrupted while it waited
   */
  public boolean delete(RoomId room) throws InterruptedException {
    ObjectNode body = Json.object().put("purge", true).put("block", false);
    Call call = Call.of(io.vertx.core.http.HttpMethod.DELETE, body, DELETE, room.value());
    try {
      return ended(admin.json(call).path("delete_id").asText());
    } catch (MatrixException e) {
      if (e.isUnrecognized() || e.isForbidden() || e.isTokenRefused() || e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  private boolean ended(String id) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      String status = admin.json(Call.get(STATUS, id)).path("status").asText();
      if (status.equals("complete") || status.equals("failed")) {
        return status.equals("complete");
      }
      Thread.sleep(PAUSE);
    }
    return false;
  }
}
