package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.verify.Difference.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Present state of a room that is not what Ferry left there, until it is known who made it so and
 * when: what a person did after Ferry's last event in the room is a change and no difference.
 */
final class Suspects {
  private static final int KEPT = 1000;

  private final Crew crew;
  private final Findings findings;
  private final List<Suspect> suspects = new ArrayList<>();
  private final Map<String, Long> places = new HashMap<>();
  private final Map<String, ObjectNode> strays = new LinkedHashMap<>();
  private long place;
  private long lastOfOurs;

  Suspects(Crew crew, Findings findings) {
    this.crew = crew;
    this.findings = findings;
  }

  /**
   * Something that is not as it should be.
   *
   * @param kind MEMBERSHIP, STATE or SPACE
   * @param what what it is about
   * @param expected what should be
   * @param found what is
   * @param event the event that made it so, null where there is none
   */
  record Suspect(
      Kind kind,
      String what,
      @Nullable String expected,
      @Nullable String found,
      @Nullable ObjectNode event) {
    private String id() {
      return event == null ? "" : event.path("event_id").asText("");
    }

    private @Nullable String by() {
      return event == null ? null : event.path("sender").asText(null);
    }
  }

  void add(Suspect suspect) {
    suspects.add(suspect);
    places.put(suspect.id(), Long.MAX_VALUE);
  }

  /** An event of the timeline, in its order. */
  void passing(ObjectNode event) {
    place++;
    places.computeIfPresent(event.path("event_id").asText(""), (id, before) -> place);
  }

  /** The event that passed last is of Ferry's making. */
  void ours() {
    lastOfOurs = place;
  }

  /** Ferry's user set state, and the ledger does not know of it. */
  void stray(ObjectNode event) {
    if (strays.size() < KEPT) {
      strays.put(event.path("event_id").asText(""), event);
    }
  }

  /** Judges, once the whole timeline has passed. */
  void judge() {
    for (Suspect suspect : suspects) {
      strays.remove(suspect.id());
      String by = suspect.by();
      boolean since = places.getOrDefault(suspect.id(), 0L) > lastOfOurs;
      if (by != null && !crew.has(by) && since) {
        findings.changed(new Change(suspect.kind(), suspect.what(), suspect.found(), by));
      } else {
        findings.add(
            new Difference(
                suspect.kind(), suspect.what(), suspect.expected(), suspect.found(), by));
      }
    }
    strays.forEach((id, event) ->
        findings.add(
            new Difference(
                Kind.UNEXPECTED,
                id,
                null,
                "state %s %s"
                    .formatted(event.path("type").asText(""), event.path("state_key").asText(""))
                    .strip(),
                event.path("sender").asText(""))));
  }
}
