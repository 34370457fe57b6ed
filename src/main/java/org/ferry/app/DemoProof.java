package org.ferry.app;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.Standing;

/** The demo's memory that everything was carried and proven, kept with the crossing. */
public final class DemoProof {
  private static final String NOTE = "demo";
  private static final String VERIFIED = "verified_at";

  private static final String RELAY = "demo_relay";
  private static final String POSTS = "posts";

  private DemoProof() {}

  /** Remembers what was relayed just now. */
  static void keep(Ferry ferry, Crossing crossing, List<DemoRelay.Post> posts) {
    ObjectNode note = Json.object();
    ArrayNode all = note.putArray(POSTS);
    posts.forEach(p -> all.addObject().put("room", p.room()).put("body", p.body()));
    ferry.crossings().note(crossing.id(), RELAY, Json.text(note));
  }

  /** What was relayed by this demo or an earlier one; empty where nothing was. */
  public static List<DemoRelay.Post> relayed(Ferry ferry) {
    List<DemoRelay.Post> posts = new ArrayList<>();
    ferry.crossings().all().stream()
        .findFirst()
        .flatMap(c -> ferry.crossings().note(c.id(), RELAY))
        .ifPresent(note ->
            Json.parseObject(note)
                .path(POSTS)
                .forEach(p ->
                    posts.add(
                        new DemoRelay.Post(p.path("room").asText(), p.path("body").asText()))));
    return posts;
  }

  /** Remembers that everything was proven just now. */
  public static void keep(Ferry ferry, Crossing crossing) {
    String now = ferry.clock().instant().toString();
    ferry.crossings().note(crossing.id(), NOTE, Json.text(Json.object().put(VERIFIED, now)));
  }

  /**
   * When everything was proven; empty where it never was, or where something is left to carry.
   *
   * @param ferry the running Ferry
   * @param standing where the crossing stands now
   * @return the time of the last proof
   */
  public static Optional<Instant> of(Ferry ferry, Standing standing) {
    Standing.Sums events = standing.events();
    if (events.waiting() + events.doubt() > 0 || !standing.failures().isEmpty()) {
      return Optional.empty();
    }
    return ferry
        .crossings()
        .note(standing.crossing().id(), NOTE)
        .map(note -> Instant.parse(Json.parseObject(note).path(VERIFIED).asText()));
  }
}
