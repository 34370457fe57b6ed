package org.ferry.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ferry.lab.LabClient;
import org.ferry.lab.SynapseServer;

/**
 * Counts what stands on a homeserver by its admin interface: a path that has nothing in common with
 * Ferry's own.
 */
public final class Onlooker {
  private static final String ADMIN = "/_synapse/admin/v1/";
  private static final String ORIGIN = "org.ferry.origin";

  private final LabClient admin;

  /** An onlooker of a server that runs. */
  public Onlooker(SynapseServer server) {
    this.admin = server.register("onlooker", TestLab.PASSWORD, true);
  }

  /** The ids of all rooms of the server. */
  public List<String> rooms() {
    List<String> ids = new ArrayList<>();
    admin
        .get(ADMIN + "rooms?limit=1000")
        .path("rooms")
        .forEach(r -> ids.add(r.path("room_id").asText()));
    return ids;
  }

  /** Every event of a room, oldest first. */
  public List<JsonNode> events(String room) {
    List<JsonNode> events = new ArrayList<>();
    String from = "";
    while (true) {
      JsonNode page =
          admin.get(ADMIN + "rooms/" + LabClient.esc(room) + "/messages?dir=f&limit=500" + from);
      page.path("chunk").forEach(events::add);
      if (page.path("chunk").isEmpty() || page.path("end").isMissingNode()) {
        return events;
      }
      from = "&from=" + LabClient.esc(page.path("end").asText());
    }
  }

  /** How often each event of the old server stands here, by its id. */
  public Map<String, Integer> carried() {
    Map<String, Integer> counts = new TreeMap<>();
    for (String room : rooms()) {
      for (JsonNode event : events(room)) {
        String id = event.path("content").path(ORIGIN).path("event_id").asText();
        if (!id.isEmpty() && !event.path("type").asText().equals("m.room.create")) {
          counts.merge(id, 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  /**
   * How many rooms stand for each room of the old server, by its id, and how many Spaces for none;
   * the scratch rooms of a checkup stand for nothing.
   */
  public Map<String, Integer> roomsMade() {
    Map<String, Integer> counts = new HashMap<>();
    for (String room : rooms()) {
      for (JsonNode event : events(room)) {
        String old = event.path("content").path(ORIGIN).path("room_id").asText();
        boolean space = event.path("content").path("type").asText().equals("m.space");
        if (event.path("type").asText().equals("m.room.create") && (space || !old.isEmpty())) {
          counts.merge(old, 1, Integer::sum);
        }
      }
    }
    return counts;
  }

  /** How many files with bytes a user of the server has uploaded. */
  public int files(String user) {
    int count = 0;
    for (JsonNode file :
        admin.get(ADMIN + "users/" + LabClient.esc(user) + "/media?limit=1000").path("media")) {
      count += file.path("media_length").asLong(0) > 0 ? 1 : 0;
    }
    return count;
  }

  /** The admin's own client. */
  public LabClient admin() {
    return admin;
  }
}
