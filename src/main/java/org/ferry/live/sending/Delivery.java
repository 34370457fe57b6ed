package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
import org.ferry.id.UserId;
import org.ferry.matrix.client.Intent;
import org.ferry.matrix.client.MatrixException;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of a message, once. A homeserver remembers the transaction ids of a device for a
 * day: within that time a message in doubt is sent again as it was, later it is looked for in the
 * room first.
 */
final class Delivery {
  /** In the content of every event that is sent: the transaction id. */
  static final String MARK = "org.ferry.txn";

  /** Homeservers count reactions, and no client encrypts them. */
  private static final String REACTION = "m.reaction";

  /** Less than the day, for clocks and for the time that a request takes. */
  private static final Duration REMEMBERED = Duration.ofHours(22);

  private final Letters letters;
  private final Writers writers;
  private final Admission admission;
  private final Sealing sealing;
  private final InstantSource clock;
  private final long epoch;

  Delivery(
      Letters letters,
      Writers writers,
      Admission admission,
      Sealing sealing,
      InstantSource clock,
      long epoch) {
    this.letters = letters;
    this.writers = writers;
    this.admission = admission;
    this.sealing = sealing;
    this.clock = clock;
    this.epoch = epoch;
  }

  /**
   * Delivers a message.
   *
   * @return false where another process leads by now
   * @throws MatrixException where the homeserver refuses
   */
  boolean deliver(Letter letter) {
    Intent as = writers.of(letter.out().as());
    try {
      return deliver(letter, as);
    } catch (MatrixException e) {
      if (e.isForbidden() && admission.letIn(as, letter.out().room())) {
        return deliver(letter, as);
      }
      if (isNoMore(e)) {
        dropped(letter.out().as());
      }
      throw e;
    }
  }

  /** Whether the homeserver has the device no more, or its token. */
  static boolean isNoMore(MatrixException e) {
    return e.isUnknownDevice() || e.isTokenRefused();
  }

  /** The device of a ghost is looked at anew before the next message. */
  void dropped(UserId user) {
    writers.forget(user);
    sealing.dropped(user);
  }

  private boolean deliver(Letter letter, Intent as) {
    DeviceId device = as.device().orElseThrow();
    Instant tried = letter.tried();
    if (tried != null && !isRemembered(tried, device, letter.device())) {
      Optional<EventId> there = Search.find(as, letter, tried);
      if (there.isPresent()) {
        letters.sent(letter.pk(), there.get());
        return true;
      }
    }
    Optional<ObjectNode> sealed =
        isSealed(letter, as) ? Optional.of(sealing.seal(as, letter)) : Optional.empty();
    if (!letters.trying(letter.pk(), epoch, device)) {
      return false;
    }
    letters.sent(letter.pk(), send(letter, as, sealed));
    if (sealed.isPresent()) {
      sealing.delivered(as, letter);
    }
    return true;
  }

  private boolean isSealed(Letter letter, Intent as) {
    Outgoing out = letter.out();
    return !out.isRedaction() && !out.type().equals(REACTION) && sealing.isSealed(as, out.room());
  }

  private boolean isRemembered(Instant tried, DeviceId now, @Nullable DeviceId then) {
    Duration ago = Duration.between(tried, clock.instant());
    // After a clock was set back nobody knows how long ago it was.
    return now.equals(then) && !ago.isNegative() && ago.compareTo(REMEMBERED) < 0;
  }

  private static EventId send(Letter letter, Intent as, Optional<ObjectNode> sealed) {
    Outgoing out = letter.out();
    if (out.isRedaction()) {
      String reason = out.content().path("reason").textValue();
      return as.redact(out.room(), out.redacted(), letter.txn(), reason);
    }
    String type = sealed.isPresent() ? "m.room.encrypted" : out.type();
    ObjectNode content = sealed.orElseGet(out::content).deepCopy().put(MARK, letter.txn());
    return as.send(out.room(), type, letter.txn(), content, null);
  }
}
