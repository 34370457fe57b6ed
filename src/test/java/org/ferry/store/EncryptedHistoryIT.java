package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.migrate.CrossingLedger.Opened;
import org.ferry.migrate.EventFate;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.Settled;
import org.ferry.migrate.decrypt.MegolmIndexes;
import org.ferry.model.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the ledger keeps of encrypted history. */
class EncryptedHistoryIT {
  private static final RoomId ROOM = MadeSource.ROOM;

  private final StoreLab lab = new StoreLab();
  private final PgCrossingLedger ledger = lab.crossings;

  @AfterEach
  void close() {
    lab.close();
  }

  private long crossing() {
    MadeSource source = MadeSource.withMessages("old", 0);
    for (int i = 1; i <= 4; i++) {
      source.events.add(encrypted("$e" + i, i + 1));
    }
    source.events.add(MadeSource.message("$clear", ROOM, 9, "{}"));
    long id = lab.sources.load(source, p -> {}).id();
    return ledger.open(id, "new", new RoomId("!space:new")).id();
  }

  private static Event encrypted(String id, long place) {
    Event plain = MadeSource.message(id, ROOM, place, "{}");
    return new Event(
        plain.id(),
        plain.room(),
        plain.sender(),
        "m.room.encrypted",
        null,
        plain.ts(),
        plain.depth(),
        plain.stream(),
        plain.content(),
        null,
        null,
        false);
  }

  private static Settled carried(LedgerEvent event, @Nullable String repairs) {
    EventId target = new EventId("$to-" + event.event().id().value().substring(1));
    return new Settled(event.key(), EventState.CARRIED, target, null, false, repairs);
  }

  @Test
  void aPlaceholderIsFoundReopenedAndRemembered() {
    long crossing = crossing();
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 9);
    ledger
        .settle(
            crossing,
            List.of(
                carried(taken.get(0), null),
                carried(taken.get(1), null),
                carried(taken.get(2), "placeholder"),
                carried(taken.get(3), "placeholder, timestamp"),
                carried(taken.get(4), "no placeholder"),
                carried(taken.get(5), null)))
        .join();
    assertThat(ledger.opened(crossing, ROOM)).isEqualTo(new Opened(2, 2));
    List<EventFate> standing = ledger.placeholders(crossing, ROOM);
    assertThat(standing)
        .extracting(f -> f.event().id().value() + " " + f.target())
        .containsExactly("$e2 $to-e2", "$e3 $to-e3");

    ledger.reopen(crossing, standing.getFirst());
    ledger.reopen(crossing, standing.getFirst());
    assertThat(ledger.fate(crossing, new EventId("$e2")))
        .get()
        .returns(EventState.WAITING, EventFate::state);
    assertThat(ledger.formerPlaceholder(crossing, new EventId("$e2")))
        .contains(new EventId("$to-e2"));
    assertThat(ledger.formerPlaceholder(crossing, new EventId("$e3"))).isEmpty();
    assertThat(ledger.opened(crossing, ROOM)).isEqualTo(new Opened(2, 1));

    LedgerEvent again = ledger.take(crossing, ROOM, null, 9).getFirst();
    assertThat(again.event().id()).isEqualTo(new EventId("$e2"));
    ledger.settle(crossing, List.of(carried(again, null))).join();
    ledger.reopen(crossing, standing.getFirst());
    assertThat(ledger.opened(crossing, ROOM))
        .as("an outcome that is no placeholder's target any more would be lost")
        .isEqualTo(new Opened(3, 1));
  }

  @Test
  void aRollbackForgetsPlaceholders() {
    long crossing = crossing();
    List<LedgerEvent> taken = ledger.take(crossing, ROOM, null, 9);
    ledger.settle(crossing, List.of(carried(taken.get(2), "placeholder"))).join();
    ledger.reopen(crossing, ledger.placeholders(crossing, ROOM).getFirst());
    ledger.undo().finish(crossing, ROOM, "{}");
    assertThat(ledger.formerPlaceholder(crossing, new EventId("$e2"))).isEmpty();
    assertThat(ledger.opened(crossing, ROOM)).isEqualTo(new Opened(0, 0));
  }

  @Test
  void anIndexBelongsToWhoClaimedItFirst() {
    MegolmIndexes indexes = new PgMegolmIndexes(lab.database);
    MegolmIndexes.Place place = new MegolmIndexes.Place(ROOM, "S\0", 4_294_967_295L);
    EventId first = new EventId("$first");
    EventId second = new EventId("$second");
    assertThat(indexes.owner(1, place)).isEmpty();
    assertThat(indexes.claim(1, place, first)).isEqualTo(first);
    assertThat(indexes.claim(1, place, first)).isEqualTo(first);
    assertThat(indexes.claim(1, place, second)).isEqualTo(first);
    assertThat(indexes.claim(2, place, second)).as("another source").isEqualTo(second);
    assertThat(indexes.owner(1, place)).isEqualTo(Optional.of(first));
  }
}
