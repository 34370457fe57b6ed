package org.ferry.migrate.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.plan.Plan;
import org.ferry.migrate.replay.Crew;
import org.ferry.migrate.replay.Marked;
import org.ferry.migrate.replay.Marks;
import org.ferry.migrate.replay.Voyage;
import org.ferry.migrate.rewrite.Origin;
import org.ferry.migrate.verify.Difference.Kind;

/**
 * Events of the destination that the ledger does not know. People may write what they like; but
 * what one of Ferry's users wrote, and what bears Ferry's mark, must be in the ledger.
 */
final class Strangers {
  /** What a homeserver itself puts at the beginning of a room. */
  private static final Set<String> CREATION =
      Set.of(
          "m.room.power_levels",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.guest_access");

  private final Voyage voyage;
  private final RoomId old;
  private final Crew crew;
  private final Suspects suspects;
  private final Findings findings;
  private final boolean made;
  private final Marks marks;
  private final Marked marked;

  /**
   * Strangers in one room.
   *
   * @param voyage the crossing
   * @param old the room on the source
   * @param crew who Ferry's users are
   * @param suspects takes what is state
   * @param findings takes what is not
   * @param made true where Ferry made the room
   */
  Strangers(
      Voyage voyage, RoomId old, Crew crew, Suspects suspects, Findings findings, boolean made) {
    this.voyage = voyage;
    this.old = old;
    this.crew = crew;
    this.suspects = suspects;
    this.findings = findings;
    this.made = made;
    this.marks = new Marks(voyage, crew);
    this.marked = new Marked(voyage, old);
  }

  /** Whether the ledger may know an event: redacted ones have lost their mark. */
  boolean mayBeOurs(ObjectNode event) {
    return crew.has(event.path("sender").asText(""))
        || event.path("type").asText("").equals("m.room.redaction")
        || isRedacted(event)
        || voyage.origin().word(event.path("content")).isPresent();
  }

  private static boolean isRedacted(ObjectNode event) {
    return event.path("unsigned").has("redacted_because");
  }

  /** Whether a person wrote an event, whose mark their client copied. */
  boolean isPeoples(ObjectNode event) {
    return marks.isCopied(event);
  }

  /**
   * Judges an event that the ledger does not know.
   *
   * @param event the event
   * @param beginning true before the first event that it does know
   */
  void meet(ObjectNode event, boolean beginning) {
    JsonNode content = event.path("content");
    String type = event.path("type").asText("");
    if (Origin.isHelper(content)) {
      suspects.ours();
      return;
    }
    if (type.equals("m.room.create") || isRedacted(event)) {
      return;
    }
    if (voyage.origin().word(content).isPresent()) {
      marked(event);
    } else if (crew.has(event.path("sender").asText(""))) {
      unmarked(event, type, beginning);
    }
  }

  /**
   * Memberships are compared as they are now: a new name, or an invitation, makes such events. What
   * a redaction took is named where it stood.
   */
  private void unmarked(ObjectNode event, String type, boolean beginning) {
    if (type.equals("m.room.redaction") && wasTakenBack()) {
      return; // What a rollback took away; a homeserver keeps its redactions.
    }
    if (!event.has("state_key")) {
      if (!type.equals("m.room.redaction")) {
        unexpected(event, "an event of type " + type + " without Ferry's mark");
      }
    } else if (!type.equals("m.room.member") && !(made && isOfCreation(type, beginning))) {
      suspects.stray(event);
    }
  }

  private boolean isOfCreation(String type, boolean beginning) {
    return (beginning && CREATION.contains(type))
        || (type.equals("m.room.encryption")
            && voyage.plan().forced() == Plan.ForcedEncryption.ACCEPT);
  }

  private boolean wasTakenBack() {
    return voyage.ledger().undo().generation(voyage.id(), old) > 0;
  }

  private void marked(ObjectNode event) {
    EventId id = new EventId(event.path("event_id").asText());
    EventFate fate = marked.fate(event.path("content")).orElse(null);
    if (fate == null) {
      unexpected(event, "bears Ferry's mark, and the ledger knows no such event");
      return;
    }
    switch (fate.state()) {
      case CARRIED, MERGED -> {
        if (!id.equals(fate.target()) && event.has("state_key")) {
          suspects.stray(event);
        } else if (!id.equals(fate.target())) {
          findings.add(
              new Difference(
                  Kind.TWICE,
                  fate.event().id().value(),
                  String.valueOf(fate.target()),
                  id.value(),
                  event.path("sender").asText("")));
        }
      }
      // On its way in a run that is under way, or that died: the next run looks for it.
      case DOUBT -> {}
      case WAITING, SKIPPED, FAILED ->
          unexpected(
              event,
              "bears the mark of %s, which the ledger calls %s"
                  .formatted(
                      fate.event().id(), fate.state().name().toLowerCase(java.util.Locale.ROOT)));
    }
  }

  private void unexpected(ObjectNode event, String what) {
    findings.add(
        new Difference(
            Kind.UNEXPECTED,
            event.path("event_id").asText(),
            null,
            what,
            event.path("sender").asText("")));
  }
}
