package org.ferry.live.sending;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.ferry.id.DeviceId;
import org.ferry.id.EventId;
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

  private static final String REDACTION = "m.room.redaction";

  /** Less than the day, for clocks and for the time that a request takes. */
  private static final Duration REMEMBERED = Duration.ofHours(22);

  private final Letters letters;
  private final Writers writers;
  private final Admission admission;
  private final InstantSource clock;
  private final long epoch;

  Delivery(Letters letters, Writers writers, Admission admission, InstantSource clock, long epoch) {
    this.letters = letters;
    this.writers = writers;
    this.admission = admission;
    this.clock = clock;
    this.epoch = epoch;
  }

  /**
   * Delivers a message.
   *
   * @return its event; empty where another process leads by now
   * @throws MatrixException where the homeserver refuses
   */
  Optional<EventId> deliver(Letter letter) {
    Intent as = writers.of(letter.out().as());
    try {
      return deliver(letter, as);
    } catch (MatrixException e) {
      if (e.isForbidden() && admission.letIn(as, letter.out().room())) {
        return deliver(letter, as);
      }
      if (e.isUnknownDevice()) {
        writers.forget(letter.out().as());
      }
      throw e;
    }
  }

  private Optional<EventId> deliver(Letter letter, Intent as) {
    DeviceId device = as.device().orElseThrow();
    Instant tried = letter.tried();
    if (tried != null && !isRemembered(tried, device, letter.device())) {
      Optional<EventId> there = Search.find(as, letter, tried);
      if (there.isPresent()) {
        return there;
      }
    }
    if (!letters.trying(letter.pk(), epoch, device)) {
      return Optional.empty();
    }
    return Optional.of(send(letter, as));
  }

  private boolean isRemembered(Instant tried, DeviceId now, @Nullable DeviceId then) {
    return now.equals(then) && Duration.between(tried, clock.instant()).compareTo(REMEMBERED) < 0;
  }

  private static EventId send(Letter letter, Intent as) {
    Outgoing out = letter.out();
    if (out.type().equals(REDACTION)) {
      EventId redacted = new EventId(out.content().path("redacts").asText());
      return as.redact(
          out.room(), redacted, letter.txn(), out.content().path("reason").textValue());
    }
    ObjectNode content = out.content().deepCopy().put(MARK, letter.txn());
    return as.send(out.room(), out.type(), letter.txn(), content, null);
  }
}
