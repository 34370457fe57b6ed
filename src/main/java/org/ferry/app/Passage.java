package org.ferry.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.ferry.id.RoomId;
import org.ferry.id.Secret;
import org.ferry.matrix.event.Json;
import org.ferry.migrate.CrossingLedger;
import org.ferry.migrate.CrossingLedger.Crossing;
import org.ferry.migrate.LoadedSource;
import org.ferry.migrate.MigrateOptions;
import org.ferry.migrate.RoomFacts;
import org.ferry.migrate.Survey;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;

/**
 * One source on its way into one Space, with what every step of it needs.
 *
 * @param source the source as loaded
 * @param facts its rooms
 * @param options as configured, with the Space that was asked for
 */
public record Passage(LoadedSource source, List<RoomFacts> facts, MigrateOptions options) {
  private static final String KEY_NOTE = "origin_key";
  private static final int KEY_BYTES = 32;
  private static final long NOT_BEGUN = -1;

  /**
   * The passage of a source.
   *
   * @param ferry the running Ferry
   * @param source the source as loaded
   * @param space the Space, alias or id
   * @return the passage
   */
  public static Passage of(Ferry ferry, LoadedSource source, String space) {
    return new Passage(
        source, Survey.of(ferry.sources(), source), ferry.config().migrateOptions(space));
  }

  /** The crossing into a Space that was begun, or empty. */
  public Optional<Crossing> begun(Ferry ferry, RoomId space) {
    return ferry.crossings().all().stream()
        .filter(c -> c.source() == source.id() && c.space().equals(space))
        .findFirst();
  }

  /**
   * Stands for a crossing of which nothing was begun, for a rehearsal.
   *
   * @param ferry the running Ferry
   * @return a crossing that is in no ledger
   */
  public Crossing notBegun(Ferry ferry) {
    return new Crossing(
        NOT_BEGUN,
        source.id(),
        source.info().server(),
        ferry.config().homeserver().domain(),
        new RoomId("!not-made-yet"));
  }

  /**
   * Everything that a replay or its proof needs.
   *
   * @param ferry the running Ferry
   * @param crossing the crossing
   * @param plan the plan to follow
   * @return the voyage
   */
  public Voyage voyage(Ferry ferry, Crossing crossing, Plan plan) {
    Origin origin =
        new Origin(
            source.info().server(),
            options.replay().provenance(),
            key(ferry.crossings(), crossing.id()));
    return new Voyage(
        ferry.homeserver(),
        ferry.admin().orElse(null),
        source,
        ferry.sources(),
        ferry.crossings(),
        crossing,
        plan,
        options,
        origin,
        ferry.clock(),
        ferry.decryption(source.id()));
  }

  /** The key of the marks: made once for each crossing, and kept with it. */
  private static Secret key(CrossingLedger ledger, long crossing) {
    if (crossing == NOT_BEGUN) {
      return Secret.of("nothing is sent with this key");
    }
    Optional<String> kept = ledger.note(crossing, KEY_NOTE);
    if (kept.isPresent()) {
      return Secret.of(Json.parseObject(kept.get()).path("key").asText());
    }
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    ObjectNode note = Json.object().put("key", HexFormat.of().formatHex(random));
    ledger.note(crossing, KEY_NOTE, Json.text(note));
    return Secret.of(note.path("key").asText());
  }
}
