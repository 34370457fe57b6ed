package org.ferry.migrate.replay;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.migrate.Settled;
import org.jspecify.annotations.Nullable;

/**
 * State that whoever acts for a room sent, because the room forbade it to its own sender whatever
 * the help. It is noted in the ledger, so that a proof tells it from state that somebody else put
 * there.
 */
public final class StandIn {
  /** The repair noted of such an event. */
  static final String NOTE = "sent by another";

  private StandIn() {}

  /**
   * True where another sent an event in its sender's stead.
   *
   * @param repairs what the ledger notes of the event
   */
  public static boolean isNoted(@Nullable String repairs) {
    return repairs != null && List.of(repairs.split(", ")).contains(NOTE);
  }

  /**
   * Whether an event that was found by its mark was sent so: the run that did it died before it
   * could note it.
   *
   * @param found the event on the destination
   * @param own who was to send it
   */
  static boolean is(JsonNode found, Optional<UserId> own) {
    String sender = found.path("sender").asText("");
    return found.has("state_key") && own.filter(o -> o.value().equals(sender)).isEmpty();
  }

  /** The same outcome, and that another sent it. */
  static Settled note(Settled settled) {
    return RoomReplay.with(settled, NOTE);
  }
}
