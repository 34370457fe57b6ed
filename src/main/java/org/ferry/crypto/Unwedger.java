package org.ferry.crypto;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ferry.id.UserId;

/**
 * Wants a new Olm session where none opens what a device sends (specification, "Recovering from
 * undecryptable messages"), at most once an hour for each device, which is stored.
 */
final class Unwedger {
  private static final Duration PAUSE = Duration.ofHours(1);
  private static final int MOST_UNKNOWN = 1_000;

  private final CryptoStore store;
  private final DeviceLists lists;

  /** Senders of what no session opened whose devices were not known, by their keys. */
  private final Map<String, UserId> unknown = new HashMap<>();

  Unwedger(CryptoStore store, DeviceLists lists) {
    this.store = store;
    this.lists = lists;
  }

  /** A device has no session with this one that works, or says so. */
  void wedged(UserId sender, String senderKey, Turn turn) {
    boolean followed = lists.trackStranger(sender, turn);
    Optional<Device> device = device(sender, senderKey);
    if (device.isPresent()) {
      want(store, device.get(), turn);
    } else if (followed && (unknown.size() < MOST_UNKNOWN || unknown.containsKey(senderKey))) {
      // A device that is not known may be new, and its first message have a key that was used.
      lists.doubted(sender, turn);
      unknown.put(senderKey, sender);
    }
  }

  private Optional<Device> device(UserId sender, String senderKey) {
    return lists.byKey(senderKey).stream()
        .filter(d -> d.ref().user().equals(sender) && !d.gone())
        .findFirst();
  }

  /**
   * Wants what could not be wanted before the sender's devices were asked for. Where they cannot be
   * asked for, the next message that stays closed is noted again.
   */
  void tend(Turn turn) {
    unknown
        .entrySet()
        .removeIf(entry -> {
          Tracked sender = lists.of(entry.getValue());
          if (sender != null && sender.outdated() && sender.failures() == 0) {
            return false;
          }
          device(entry.getValue(), entry.getKey()).ifPresent(d -> want(store, d, turn));
          return true;
        });
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
