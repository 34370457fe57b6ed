package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * Tells how far the sender of a decrypted event is proven (specification, "Recommended client
 * behaviour" on events whose session is somebody else's). It is told from what is known now, so a
 * device that is signed later is verified from then on.
 */
final class Judge {
  private final CryptoStore store;
  private final DeviceLists lists;

  Judge(CryptoStore store, DeviceLists lists) {
    this.store = store;
    this.lists = lists;
  }

  /** What was found. */
  record Verdict(Trust trust, @Nullable UserId owner, boolean ownerSigned) {}

  Verdict judge(RoomKeyInfo info, UserId sender) {
    Optional<Device> device = lists.byKeys(info.senderKey(), info.signingKey());
    UserId owner = device.map(d -> d.ref().user()).orElse(claimed(info));
    boolean signed =
        info.origin().isAuthentic()
            && device.filter(d -> Identities.vouches(lists.of(d.ref().user()), d)).isPresent();
    if (owner != null && !owner.equals(sender)) {
      return new Verdict(Trust.MISMATCHED_SENDER, owner, signed);
    }
    if (device.isEmpty()) {
      return ours(info, owner);
    }
    if (!info.origin().isAuthentic()) {
      // Whoever wrote the file or the backup named the device.
      return new Verdict(Trust.UNKNOWN_DEVICE, owner, false);
    }
    return new Verdict(signed ? Trust.VERIFIED : Trust.UNVERIFIED, owner, signed);
  }

  /**
   * Whether somebody's word that a key is withheld counts for an event (specification,
   * "m.room_key.withheld"): it is their event, or it names their device, as a bridge's ghosts name
   * that of its bot.
   *
   * @param named the {@code sender_key} of the event; empty where it has none
   */
  boolean mayWithhold(Withheld withheld, UserId sender, String named) {
    return withheld.sender().equals(sender)
        || (!named.isEmpty()
            && named.equals(withheld.senderKey())
            && lists.byKey(named).stream()
                .anyMatch(d -> !d.gone() && d.ref().user().equals(withheld.sender())));
  }

  /** Ferry's own devices send each other no keys, so that none follows another's list. */
  private Verdict ours(RoomKeyInfo info, @Nullable UserId owner) {
    Optional<OwnDevice> own =
        owner != null && info.origin().isAuthentic()
            ? store.own(info.senderKey(), info.signingKey())
            : Optional.empty();
    if (own.filter(o -> o.owner().user().equals(owner) && !o.device().gone()).isEmpty()) {
      return new Verdict(Trust.UNKNOWN_DEVICE, owner, false);
    }
    boolean signed = Identities.vouches(own.get().owner(), own.get().device());
    return new Verdict(signed ? Trust.VERIFIED : Trust.UNVERIFIED, owner, signed);
  }

  /** From whom the key came over Olm; of a key that came otherwise nobody knows. */
  private static @Nullable UserId claimed(RoomKeyInfo info) {
    String data = info.senderData();
    if (!info.origin().isAuthentic() || data == null) {
      return null;
    }
    ObjectNode json = Json.parseObject(data);
    String user = json.path("user_id").asText();
    return UserId.isValid(user) ? new UserId(user) : null;
  }
}
