package org.ferry.crypto;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ferry.id.UserId;
import org.jspecify.annotations.Nullable;

/** What became of an encrypted event of a room. */
public sealed interface DecryptOutcome {
  /**
   * It was opened.
   *
   * @param content its clear content, with {@code m.relates_to} of the envelope where it has none
   * @param type its clear type
   * @param trust how far its sender is proven
   * @param senderKey the Curve25519 key of the device that made the session, as far as it is known
   * @param owner whose device that is; null where nobody vouches for it
   * @param ownerSigned whether that owner has cross-signed the device: with {@link
   *     Trust#MISMATCHED_SENDER} it tells a bridge's bot from a forgery
   * @param asking whether the trust may be another in a moment, because the homeserver is being
   *     asked for the sender's devices
   */
  record Clear(
      ObjectNode content,
      String type,
      Trust trust,
      String senderKey,
      @Nullable UserId owner,
      boolean ownerSigned,
      boolean asking)
      implements DecryptOutcome {}

  /**
   * No key opens it yet. It is kept and tried again when a key of its session comes, from wherever.
   *
   * @param reason why
   * @param withheld the code by which its sender refused the key; null where it did not
   */
  record Waiting(Reason reason, @Nullable String withheld) implements DecryptOutcome {}

  /**
   * It is not acted upon, now or later.
   *
   * @param reason why
   */
  record Rejected(Incident reason) implements DecryptOutcome {}

  /** Why an event waits. */
  enum Reason {
    /** No key of its session has come. */
    NO_KEY,
    /** The sender refused the key. */
    WITHHELD,
    /** The key begins later in the session than the event. */
    LATER_INDEX,
    /** The key that is kept does not open: its row was changed or damaged. */
    BROKEN_KEY,
    /** It was sent before we were in the room, so no key is expected. */
    BEFORE_JOIN
  }
}
