package org.ferry.crypto;

import java.util.Optional;
import org.ferry.id.UserId;
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

  /**
   * What was found.
   *
   * @param trust how far the sender is proven
   * @param owner whose the device is; null where nobody says
   * @param ownerSigned whether they signed it
   * @param asking whether the verdict may be another in a moment: the homeserver is being asked for
   *     the devices of who made the session
   */
  record Verdict(Trust trust, @Nullable UserId owner, boolean ownerSigned, boolean asking) {}

  /** A device, and what is known of its owner by whoever knows the device. */
  private record Seen(Device device, @Nullable Tracked owner) {}

  Verdict judge(SessionRef ref, RoomKeyInfo info, UserId sender) {
    Optional<Seen> known = seen(ref, info);
    boolean asking = known.isEmpty() && isAsking(ref, info);
    // What was asked for may have come between the first look and this one.
    Optional<Seen> seen = known.isPresent() || asking ? known : elsewhere(ref, info);
    UserId owner = seen.map(s -> s.device().ref().user()).or(info::maker).orElse(null);
    boolean foreign = owner != null && !owner.equals(sender);
    if (!info.origin().isAuthentic()) {
      // Whoever wrote the file or the backup named the device.
      return new Verdict(
          foreign ? Trust.MISMATCHED_SENDER : Trust.UNKNOWN_DEVICE, owner, false, false);
    }
    // What came from a device after its owner deleted it is not the owner's word.
    Optional<Seen> proven = seen.filter(s -> !s.device().wasGone(info.createdAt()));
    boolean signed = proven.filter(s -> Identities.vouches(s.owner(), s.device())).isPresent();
    if (foreign) {
      return new Verdict(Trust.MISMATCHED_SENDER, owner, signed, false);
    }
    if (proven.isEmpty()) {
      return new Verdict(Trust.UNKNOWN_DEVICE, owner, false, asking);
    }
    return new Verdict(signed ? Trust.VERIFIED : Trust.UNVERIFIED, owner, signed, false);
  }

  /**
   * The device that made a session: as this device knows it, or as another one of Ferry's does that
   * was given the session, or where it is one of Ferry's own, which send each other no keys.
   */
  private Optional<Seen> seen(SessionRef ref, RoomKeyInfo info) {
    Optional<Seen> here =
        lists
            .byKeys(info.senderKey(), info.signingKey())
            .map(d -> new Seen(d, lists.known(d.ref().user())));
    return here.or(() -> elsewhere(ref, info));
  }

  /** By what the store has now; of a key for which nobody vouches nothing. */
  private Optional<Seen> elsewhere(SessionRef ref, RoomKeyInfo info) {
    return info.maker()
        .flatMap(maker ->
            store
                .own(info.senderKey(), info.signingKey())
                .filter(o -> o.owner().user().equals(maker))
                .or(() -> store.known(ref, maker, info.senderKey(), info.signingKey())))
        .map(known -> new Seen(known.device(), known.owner()));
  }

  private boolean isAsking(SessionRef ref, RoomKeyInfo info) {
    return info.maker().filter(maker -> store.isAsking(ref, maker)).isPresent();
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
}
