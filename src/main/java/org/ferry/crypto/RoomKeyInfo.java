package org.ferry.crypto;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.ferry.id.UserId;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a room key besides the key.
 *
 * @param origin by what way it came
 * @param senderKey the Curve25519 key of the device that made it; empty where nobody said
 * @param signingKey the Ed25519 key that this device claims; empty where nobody said
 * @param senderData what is known of that device, one JSON object of the machine's own as text;
 *     null where nothing is
 * @param forwardedBy the Curve25519 keys of those who passed it on, in order
 * @param sharedHistory whether it may be given to those who join later, as its maker said
 * @param createdAt when Ferry got it
 */
public record RoomKeyInfo(
    KeyOrigin origin,
    String senderKey,
    String signingKey,
    @Nullable String senderData,
    List<String> forwardedBy,
    boolean sharedHistory,
    Instant createdAt) {
  /** Copies the list. */
  public RoomKeyInfo {
    forwardedBy = List.copyOf(forwardedBy);
  }

  /** From whom the key came over Olm; of a key that came otherwise nobody knows. */
  public Optional<UserId> maker() {
    if (!origin.isAuthentic() || senderData == null) {
      return Optional.empty();
    }
    String user = Json.parseObject(senderData).path("user_id").asText();
    return UserId.isValid(user) ? Optional.of(new UserId(user)) : Optional.empty();
  }
}
