package org.ferry.crypto;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.ferry.crypto.keys.DamagedRowException;

/** The private keys that a device keeps for its account. One that is damaged is as good as none. */
final class OwnSecrets {
  private final CryptoStore store;
  private final Pickler pickler;
  private final Tally tally;
  private final Consumer<String> alarm;
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  OwnSecrets(CryptoStore store, Pickler pickler, Tally tally, Consumer<String> alarm) {
    this.store = store;
    this.pickler = pickler;
    this.tally = tally;
    this.alarm = alarm;
  }

  /** The secret of this name, opened. */
  Optional<byte[]> open(String name) {
    Optional<SealedSecret> sealed = store.secret(name);
    try {
      return sealed.map(s -> pickler.openSecret(name, s));
    } catch (DamagedRowException e) {
      // reason: the device works on without what the secret serves for.
      if (told.add(name)) {
        tally.count(Incident.DAMAGED_ROW);
        alarm.accept(
            "the secret %s of the device %s in the database does not open: its row was changed or damaged. Ferry goes on without it; restore a backup of the database, or give the recovery key to ferry accounts verify %s."
                .formatted(name, store.device(), store.device().user()));
      }
      return Optional.empty();
    }
  }
}
