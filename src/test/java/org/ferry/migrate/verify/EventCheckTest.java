package org.ferry.migrate.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose event may stand where somebody else's was to be carried. */
class EventCheckTest {
  private static EventFate fate(@Nullable String key, @Nullable String repairs) {
    Event event =
        new Event(
            new EventId("$old"),
            new RoomId("!old:old"),
            new UserId("@a:old"),
            "m.room.topic",
            key,
            0,
            1,
            1,
            "{}",
            null,
            null,
            true);
    EventId target = new EventId("$new");
    return new EventFate(1, event, EventState.CARRIED, target, null, false, repairs);
  }

  @Test
  void stateIsAnothersOnlyWhereTheLedgerNotedIt() {
    assertThat(EventCheck.mayBeAnothers(fate("", "sent by another"))).isTrue();
    assertThat(EventCheck.mayBeAnothers(fate("", "sent last, sent by another"))).isTrue();
    assertThat(EventCheck.mayBeAnothers(fate("", "sent last"))).isFalse();
    assertThat(EventCheck.mayBeAnothers(fate("", null))).isFalse();
    assertThat(EventCheck.mayBeAnothers(fate(null, "sent by another"))).isFalse();
  }
}
