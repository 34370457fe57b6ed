package org.ferry.crypto;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.ferry.id.UserId;

/**
 * Wants a new Olm session where none opens what a device sends (specification, "Recovering from
 * undecryptable messages"), at most once an hour for each device, which is stored.
 */
final class Unwedger {
  private static final Duration PAUSE = Duration.ofHours(1);

  private final CryptoStore store;
  private final DeviceLists lists;

  Unwedger(CryptoStore store, DeviceLists lists) {
    this.store = store;
    this.lists = lists;
  }

  void wedged(UserId sender, String senderKey, Turn turn) {
    lists.track(List.of(sender), turn);
    Optional<Device> device =
        lists.byKey(senderKey).stream()
            .filter(d -> d.ref().user().equals(sender) && !d.gone())
            .findFirst();
    if (device.isPresent()) {
      want(store, device.get(), turn);
    } else {
      // A device that is not known may be new; the next message of it finds it.
      lists.changed(List.of(sender), turn);
    }
  }

  static void want(CryptoStore store, Device device, Turn turn) {
    boolean recent =
        turn.has(List.of("unwedging", device.curve25519()))
            || store
                .unwedging(device.curve25519())
                .filter(u -> Clocks.lasts(u.at(), PAUSE, turn.now()))
                .isPresent();
    if (!recent) {
      turn.add(
          new CryptoChange.PutUnwedging(
              new Unwedging(device.curve25519(), device.ref(), turn.now(), true)));
    }
  }
}
