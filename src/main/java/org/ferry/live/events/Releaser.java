package org.ferry.live.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ferry.crypto.DecryptOutcome;
import org.ferry.crypto.DecryptOutcome.Clear;
import org.ferry.crypto.DecryptOutcome.Reason;
import org.ferry.crypto.DecryptOutcome.Rejected;
import org.ferry.crypto.DecryptOutcome.Waiting;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.live.Signal;
import org.ferry.matrix.event.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles held events in the order of their rooms. An event whose key is missing holds its room up
 * for half a minute; then it is undecryptable, and is tried again whenever a key of its session has
 * come, from wherever, for as long as its text is kept. For one thread.
 */
public final class Releaser {
  private static final Logger LOG = LoggerFactory.getLogger(Releaser.class);

  /** How long an event waits for its key in its place (specification of webhooks: 30 s). */
  public static final Duration IN_PLACE = Duration.ofSeconds(30);

  /** For how long what waits is given that anew by each term: terms may be short, and many. */
  static final Duration AT_MOST = Duration.ofMinutes(30);

  private static final Duration TICK = Duration.ofSeconds(1);

  /** How often keys are looked at that came long ago, too. */
  private static final Duration WHOLE = Duration.ofMinutes(4);

  private static final int ROOMS = 500;
  private static final int BATCH = 200;

  private final LiveEvents events;
  private final Opener opener;
  private final InstantSource clock;
  private final long epoch;
  private final Signal released;
  private final Instant begun;
  private Instant nextLate = Instant.MIN;
  private Instant nextWhole = Instant.MIN;
  private boolean idle = true;

  /**
   * A releaser.
   *
   * @param events what is held
   * @param opener opens what is encrypted
   * @param clock now
   * @param epoch the leader's
   * @param released woken after something was settled
   */
  public Releaser(
      LiveEvents events, Opener opener, InstantSource clock, long epoch, Signal released) {
    this.events = events;
    this.opener = opener;
    this.clock = clock;
    this.epoch = epoch;
    this.released = released;
    this.begun = clock.instant();
  }

  /**
   * Settles what comes until the thread is interrupted.
   *
   * @param news woken when something came in, or a key
   */
  public void run(Signal news) throws InterruptedException {
    while (true) {
      if (turn() == 0) {
        news.await(TICK);
      }
    }
  }

  /** Settles what can be settled now; how many that were. */
  public int turn() {
    // What is late is not looked for at each turn while others come without a pause. It comes
    // first:
    // of two events with one index that which waited longer is not the one that was repeated.
    boolean looks = idle || !clock.instant().isBefore(nextLate);
    int settled = looks ? late() : 0;
    for (RoomId room : events.waitingRooms(ROOMS)) {
      settled += room(room);
    }
    if (settled == 0 && !looks) {
      settled = late();
    }
    idle = settled == 0;
    if (settled > 0) {
      released.wake();
    }
    return settled;
  }

  private int room(RoomId room) {
    List<Verdict> verdicts = new ArrayList<>();
    List<Held> waiting = events.waiting(room, BATCH);
    for (Held held : waiting) {
      Verdict verdict = judge(held);
      if (verdict == null) {
        break;
      }
      verdicts.add(verdict);
    }
    int settled = events.settle(epoch, verdicts);
    if (settled > 0) {
      trace(waiting, verdicts);
    }
    return settled;
  }

  private static void trace(List<Held> all, List<Verdict> verdicts) {
    if (!LOG.isDebugEnabled()) {
      return;
    }
    Map<Long, Verdict> settled =
        verdicts.stream().collect(Collectors.toMap(Verdict::key, Function.identity()));
    for (Held held : all) {
      Verdict verdict = settled.get(held.key());
      if (verdict != null) {
        LOG.atDebug()
            .addKeyValue(TraceId.FIELD, held.trace())
            .log(
                "event=live_event_settled room={} id={} state={}{}",
                held.room(),
                held.event(),
                verdict.state().word(),
                verdict.reason() == null ? "" : " reason=" + verdict.reason());
      }
    }
  }

  /** Null where the event is to wait in its place. */
  private @Nullable Verdict judge(Held held) {
    if (held.session() == null) {
      return Verdict.plain(held.key());
    }
    Optional<ObjectNode> event = parsed(held);
    if (event.isEmpty()) {
      return Verdict.closed(held.key(), Verdict.State.REJECTED, "malformed");
    }
    Optional<DecryptOutcome> outcome = opener.open(held, event.get());
    if (outcome.isEmpty()) {
      return patient(held) ? null : closed(held, Verdict.NO_DEVICE);
    }
    return switch (outcome.get()) {
      case Clear clear -> clear(held, clear, Verdict.State.CLEAR);
      case Rejected rejected ->
          Verdict.closed(held.key(), Verdict.State.REJECTED, rejected.reason().word());
      case Waiting waiting ->
          waiting.reason() == Reason.NO_KEY && patient(held) ? null : closed(held, words(waiting));
    };
  }

  /**
   * Whether an event's time is not over. Who led before may have been killed before it kept a key,
   * which comes again with the first syncs, and no device is ready at once: what still waits at the
   * beginning is given its time anew, unless it has waited for long: where one term follows the
   * other within that time, its room goes on all the same.
   */
  private boolean patient(Held held) {
    Instant now = clock.instant();
    // A clock that was ahead at the beginning holds up nothing.
    boolean begins =
        !begun.isAfter(now)
            && now.isBefore(begun.plus(IN_PLACE))
            && now.isBefore(held.takenAt().plus(AT_MOST));
    return begins || now.isBefore(held.takenAt().plus(IN_PLACE));
  }

  private static Verdict closed(Held held, String reason) {
    return Verdict.closed(held.key(), Verdict.State.UNDECRYPTABLE, reason);
  }

  private static String words(Waiting waiting) {
    String withheld = waiting.withheld();
    String reason = waiting.reason().name().toLowerCase(Locale.ROOT);
    return withheld == null ? reason : reason + " " + withheld;
  }

  private static Verdict clear(Held held, Clear clear, Verdict.State state) {
    return new Verdict(
        held.key(),
        state,
        clear.trust().word(),
        null,
        clear.type(),
        Buffer.buffer(Json.bytes(clear.content())));
  }

  private static Optional<ObjectNode> parsed(Held held) {
    try {
      return Optional.of(Json.parseObject(held.raw().getBytes()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private int late() {
    List<Verdict> verdicts = new ArrayList<>();
    List<Long> still = new ArrayList<>();
    Instant now = clock.instant();
    nextLate = now.plus(TICK);
    boolean recent = now.isBefore(nextWhole);
    List<Held> openable = events.openable(BATCH, recent);
    if (!recent && openable.size() < BATCH) {
      nextWhole = now.plus(WHOLE);
    }
    for (Held held : openable) {
      Optional<DecryptOutcome> outcome = parsed(held).flatMap(event -> opener.open(held, event));
      if (outcome.isEmpty()) {
        // Nobody could try it: its key goes on counting as new, however long ago it came.
        nextWhole = Instant.MIN;
        continue;
      }
      if (outcome.get() instanceof Clear clear) {
        verdicts.add(clear(held, clear, Verdict.State.LATE));
      } else {
        still.add(held.key());
      }
    }
    if (!still.isEmpty()) {
      events.tried(still);
    }
    int settled = events.settle(epoch, verdicts);
    if (settled > 0) {
      LOG.info("event=decrypted_late count={}", settled);
      trace(openable, verdicts);
    }
    return settled;
  }
}
