package org.ferry.live.sending;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ferry.id.EventId;
import org.ferry.id.Sha256;
import org.ferry.live.Signal;
import org.ferry.live.sending.Letter.Refusal;
import org.ferry.live.sending.Letters.Posted;
import org.ferry.matrix.client.MatrixException;

/**
 * Takes messages in. They are kept first; the process that leads sends them, this one or another,
 * and who posted one waits until it is settled.
 */
public final class Postbox implements Sending {
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final int TXN_BYTES = 16;

  private final Letters letters;
  private final InstantSource clock;
  private final Duration patience;
  private final Signal posted = new Signal();
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicLong settlements = new AtomicLong();
  private final Condition settled = lock.newCondition();

  /**
   * A way to send.
   *
   * @param letters where messages are kept
   * @param clock now
   * @param patience how long a caller waits for its message
   */
  public Postbox(Letters letters, InstantSource clock, Duration patience) {
    this.letters = letters;
    this.clock = clock;
    this.patience = patience;
  }

  @Override
  public Sent send(Outgoing out) {
    if (out.isRedaction()) {
      EventId unused = out.redacted();
    }
    Posted accepted = letters.post(out, txn(out));
    posted.wake();
    Letter letter = settled(accepted.letter());
    Refusal refusal = letter.refusal();
    if (letter.state() == Letter.State.FAILED && refusal != null) {
      throw new MatrixException(
          "PUT",
          "/_matrix/client/v3/rooms/%s/send/%s".formatted(out.room(), out.type()),
          refusal.status(),
          refusal.errcode(),
          refusal.error(),
          Optional.empty());
    }
    return new Sent(Objects.requireNonNull(letter.event()), !accepted.fresh());
  }

  /**
   * Unique over rooms, senders, types and keys: the homeserver remembers them by device or token
   * alone, whatever they are for.
   */
  private static String txn(Outgoing out) {
    MessageDigest digest = Sha256.digest();
    for (String part : new String[] {out.key(), out.as().value(), out.room().value(), out.type()}) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return "ferry-live-" + HexFormat.of().formatHex(digest.digest(), 0, TXN_BYTES);
  }

  private Letter settled(Letter first) {
    Letter letter = first;
    Instant end = clock.instant().plus(patience);
    while (letter.state() == Letter.State.WAITING) {
      long seen = settlements.get();
      letter = letters.find(letter.out().key()).orElse(letter);
      if (letter.state() == Letter.State.WAITING
          && (clock.instant().isAfter(end) || !awaitMoreThan(seen))) {
        throw new NotYet(
            letter.detail().isEmpty()
                ? "no ferry run sends at the moment; the message is kept and will be sent"
                : "the message is kept and will be sent: " + letter.detail());
      }
    }
    return letter;
  }

  /** Waits a moment for anything to be settled; false where the thread is told to stop. */
  private boolean awaitMoreThan(long seen) {
    lock.lock();
    try {
      long left = LOOK.toNanos();
      while (settlements.get() == seen && left > 0) {
        left = settled.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Woken when a message was posted, in this process or another. */
  public Signal posted() {
    return posted;
  }

  /** Tells those who wait in this process to look. */
  void settled() {
    lock.lock();
    try {
      long unused = settlements.incrementAndGet();
      settled.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
