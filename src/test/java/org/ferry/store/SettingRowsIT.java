package org.ferry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.UserId;
import org.ferry.migrate.EventState;
import org.ferry.migrate.LedgerEvent;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.ferry.migrate.Settled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettingRowsIT {
  private static final UserId OWNER = new UserId("@o'malley\\%:new");

  private final StoreLab lab = new StoreLab();
  private final SettingLedger ledger = lab.crossings.settings();
  private final long crossing =
      lab.crossings
          .open(
              lab.sources.load(MadeSource.withMessages("old", 3), p -> {}).id(),
              "new",
              new RoomId("!space:new"))
          .id();

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void aLaterRowTakesThePlaceOfAnEarlierOne() {
    var doubt = new Setting(OWNER, "tag", "!r m.favourite", State.DOUBT, "hash", null);
    var carried = new Setting(OWNER, "tag", "!r m.favourite", State.CARRIED, "hash", null);
    var failed = new Setting(OWNER, "email", "a@b", State.FAILED, null, "taken by\u0000 another");
    ledger.put(crossing, doubt);
    assertThat(ledger.of(crossing, "tag", State.DOUBT)).containsExactly(doubt);
    ledger.put(crossing, carried);
    ledger.put(crossing, failed);
    assertThat(ledger.of(crossing, OWNER)).hasSize(2).contains(carried);
    assertThat(ledger.of(crossing, "tag", State.DOUBT)).isEmpty();
    assertThat(ledger.failed(crossing, 9)).extracting(Setting::name).containsExactly("a@b");
    assertThat(ledger.counts(crossing)).containsEntry("tag carried", 1L).hasSize(2);
  }

  @Test
  void whatWasNotCarriedIsReadUpToTheOneBefore() {
    List<LedgerEvent> events = lab.crossings.take(crossing, MadeSource.ROOM, null, 9);
    for (LedgerEvent event : events.subList(1, events.size())) {
      boolean left = event.event().id().value().equals("$m2");
      lab.crossings
          .settle(
              crossing,
              List.of(
                  new Settled(
                      event.key(),
                      left ? EventState.SKIPPED : EventState.CARRIED,
                      left ? null : new EventId("$new-" + event.event().id().value()),
                      null,
                      false,
                      null)))
          .join();
    }
    assertThat(ledger.upTo(crossing, MadeSource.ROOM, new EventId("$m3")))
        .contains(new EventId("$new-$m3"));
    assertThat(ledger.upTo(crossing, MadeSource.ROOM, new EventId("$m2")))
        .contains(new EventId("$new-$m1"));
    assertThat(ledger.upTo(crossing, MadeSource.ROOM, events.getFirst().event().id())).isEmpty();
    assertThat(ledger.upTo(crossing, MadeSource.ROOM, new EventId("$unknown"))).isEmpty();
  }
}
