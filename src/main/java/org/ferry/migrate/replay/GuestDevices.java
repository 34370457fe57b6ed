package org.ferry.migrate.replay;

import java.util.List;
import java.util.function.Consumer;
import org.ferry.id.DeviceId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.MatrixException;
import org.ferry.migrate.SettingLedger;
import org.ferry.migrate.SettingLedger.Setting;
import org.ferry.migrate.SettingLedger.State;
import org.jspecify.annotations.Nullable;

/**
 * The replay's device in accounts that people log in to: they would see it in the list of their
 * sessions, so it is there only while Ferry writes as them. Safe for use by many threads.
 */
final class GuestDevices {
  private static final String KIND = "device";

  private final Voyage voyage;
  private final SettingLedger ledger;

  GuestDevices(Voyage voyage) {
    this.voyage = voyage;
    this.ledger = voyage.ledger().settings();
  }

  /** The device of an account, made where it is not there. */
  DeviceId of(UserId owner) {
    put(owner, State.DOUBT, null);
    DeviceId device = voyage.homeserver().as(owner).devices().ensure(Cast.DEVICE, Cast.DEVICE_NAME);
    put(owner, State.CARRIED, null);
    return device;
  }

  /**
   * Removes every one that this or an earlier run made; what cannot be removed is noted. Where the
   * homeserver fails the next run tries again.
   *
   * @param say told of those
   */
  void withdraw(Consumer<String> say) {
    for (State state : List.of(State.DOUBT, State.CARRIED)) {
      for (Setting row : ledger.of(voyage.id(), KIND, state)) {
        try {
          voyage.homeserver().as(row.owner()).devices().delete(Cast.DEVICE);
          put(row.owner(), State.REMOVED, null);
        } catch (MatrixException e) {
          if (e.mayResolve()) {
            say.accept(
                "the session named Ferry of %s stays until the next run: %s"
                    .formatted(row.owner(), e.getMessage()));
            continue;
          }
          // Without a code it is the owner who is asked for, by their password or otherwise.
          if (e.isTokenRefused() && !e.errcode().isEmpty()) {
            throw e;
          }
          put(
              row.owner(),
              State.SKIPPED,
              "the homeserver lets only its owner remove the session named Ferry: "
                  + e.getMessage());
        }
      }
    }
  }

  private void put(UserId owner, State state, @Nullable String reason) {
    ledger.put(voyage.id(), new Setting(owner, KIND, Cast.DEVICE.value(), state, null, reason));
  }
}
