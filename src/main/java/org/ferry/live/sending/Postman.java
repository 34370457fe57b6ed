package org.ferry.live.sending;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ferry.crypto.DeviceBrokenException;
import org.ferry.crypto.FencedOutException;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.id.TraceId;
import org.ferry.id.UserId;
import org.ferry.live.Threads;
import org.ferry.live.accounts.Identities;
import org.ferry.live.message.RoomCard;
import org.ferry.live.message.RoomCards;
import org.ferry.live.sending.Letter.Refusal;
import org.ferry.live.sync.Duty;
import org.ferry.live.sync.Following;
import org.ferry.live.sync.Halted;
import org.ferry.matrix.client.HomeserverFailure;
import org.ferry.matrix.client.MatrixException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was posted, while this process leads: the messages of a room one after the other, as
 * they were posted, those of different rooms side by side.
 */
public final class Postman implements Duty {
  private static final Logger LOG = LoggerFactory.getLogger(Postman.class);
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
  private static final Duration GIVE_UP = Duration.ofDays(1);
  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration SWEEP = Duration.ofHours(1);
  private static final int BATCH = 200;

  /** Of a room at once: the others have their turn. */
  private static final int EACH = 20;

  private static final int MOST_ROOMS = 200;
  private static final int MOST_DOUBLINGS = 8;

  private final Letters letters;
  private final Postbox box;
  private final Company company;
  private final Following.Ways ways;
  private final Identities identities;
  private final RoomCards cards;
  private final InstantSource clock;
  private final Set<RoomId> busy = ConcurrentHashMap.newKeySet();

  /**
   * A postman.
   *
   * @param letters where messages are kept
   * @param box told when one is settled
   * @param company who may write
   * @param ways how the world is reached; without machines nobody is followed, and nothing
   *     encrypted
   * @param identities whose devices are kept
   * @param cards what is told of rooms
   * @param clock now
   */
  public Postman(
      Letters letters,
      Postbox box,
      Company company,
      Following.Ways ways,
      Identities identities,
      RoomCards cards,
      InstantSource clock) {
    this.letters = letters;
    this.box = box;
    this.company = company;
    this.ways = ways;
    this.identities = identities;
    this.cards = cards;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "postman";
  }

  @Override
  public void run(Lead lead) throws InterruptedException {
    Writers writers = new Writers(company, ways, identities, clock, lead);
    try (Machinery machinery =
        new Machinery(ways.machines(), lead, company::isFollowed, identities, clock)) {
      Delivery delivery =
          new Delivery(
              letters,
              writers,
              new Admission(company, ways.doors()),
              new Sealing(new Rooms(company, cards, clock), machinery),
              clock,
              lead.epoch());
      Set<Thread> rounds = ConcurrentHashMap.newKeySet();
      try {
        // Ghosts may be thousands, and what is to be sent does not wait for them.
        begin("visits", () -> machinery.visitAll(writers), rounds);
        begin("calls", () -> machinery.answerCalls(writers), rounds);
        deliver(delivery, rounds, machinery::tend);
      } finally {
        rounds.forEach(Thread::interrupt);
        for (Thread round : rounds) {
          Threads.joinFully(round);
        }
      }
    }
  }

  private static void begin(String name, Runnable work, Set<Thread> rounds) {
    Thread thread = Thread.ofVirtual().name(name).unstarted(work);
    boolean unused = rounds.add(thread);
    thread.start();
  }

  private void deliver(Delivery delivery, Set<Thread> rounds, Runnable chores)
      throws InterruptedException {
    Instant swept = Instant.EPOCH;
    while (true) {
      begin(delivery, rounds);
      if (Duration.between(swept, clock.instant()).compareTo(SWEEP) > 0) {
        int unused = letters.forget(clock.instant().minus(KEPT));
        swept = clock.instant();
      }
      chores.run();
      box.posted().await(TICK);
    }
  }

  /** One round for each room that has something due and none under way. */
  private void begin(Delivery delivery, Set<Thread> rounds) {
    Map<RoomId, List<Letter>> due = new LinkedHashMap<>();
    if (busy.size() >= MOST_ROOMS) {
      return;
    }
    for (Letter letter : letters.due(Set.copyOf(busy), EACH, BATCH)) {
      due.computeIfAbsent(letter.out().room(), r -> new ArrayList<>()).add(letter);
    }
    due.forEach((room, waiting) -> {
      if (busy.add(room)) {
        Thread round =
            Thread.ofVirtual()
                .name("send " + room)
                .unstarted(() -> {
                  boolean done = false;
                  try {
                    done = finish(delivery, waiting);
                  } finally {
                    boolean unused = busy.remove(room);
                    unused = rounds.remove(Thread.currentThread());
                    if (done) {
                      box.posted().wake();
                    }
                  }
                });
        boolean unused = rounds.add(round);
        round.start();
      }
    });
  }

  /** Whether the round came to its end; what stopped it may be gone at the next look. */
  private boolean finish(Delivery delivery, List<Letter> waiting) {
    try {
      round(delivery, waiting);
      return true;
    } catch (RuntimeException e) {
      // The database cannot be used, or what nobody foresaw: the other rooms go on.
      if (!Thread.currentThread().isInterrupted()) {
        LOG.warn(
            "event=sending_stopped room={} {}", waiting.getFirst().out().room(), e.toString(), e);
      }
      return false;
    }
  }

  /** One that has to wait holds up the later ones of its sender, and nobody else's. */
  private void round(Delivery delivery, List<Letter> waiting) {
    Set<UserId> held = new HashSet<>();
    for (Letter read : waiting) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      // What was read before the last round ended may be settled by now.
      Letter letter = letters.find(read.out().key()).orElse(read);
      if (letter.state() == Letter.State.WAITING
          && !held.contains(letter.out().as())
          && !settle(delivery, letter)) {
        boolean unused = held.add(letter.out().as());
      }
    }
  }

  /** Whether it is settled, one way or the other. */
  private boolean settle(Delivery delivery, Letter letter) {
    try {
      boolean delivered = delivery.deliver(letter);
      if (delivered) {
        trace(letter);
      }
      box.settled();
      return delivered;
    } catch (MatrixException e) {
      return isPassing(e)
          ? later(letter, sentence(e))
          : refused(letter, new Refusal(e.status(), e.errcode(), e.error()));
    } catch (HomeserverFailure | NotYet | Halted e) {
      return later(letter, sentence(e));
    } catch (DeviceBrokenException e) {
      // Somebody may give its user another one, which is found by looking anew.
      delivery.dropped(letter.out().as());
      return later(letter, sentence(e));
    } catch (FencedOutException e) {
      delivery.dropped(letter.out().as());
      return later(letter, "another process took the device over");
    } catch (RuntimeException e) {
      // Whatever it is, only this sender's messages wait for it, and not for ever.
      if (!Thread.currentThread().isInterrupted()) {
        LOG.warn(
            "event=send_stumbled room={} key=\"{}\" {}",
            letter.out().room(),
            letter.out().key(),
            e.toString(),
            e);
      }
      return later(letter, "something that nobody foresaw; the log of Ferry says more");
    }
  }

  private void trace(Letter letter) {
    if (LOG.isDebugEnabled()) {
      EventId event = letters.find(letter.out().key()).map(Letter::event).orElse(null);
      LOG.atDebug()
          .addKeyValue(TraceId.FIELD, letter.trace())
          .log("event=sent room={} as={} id={}", letter.out().room(), letter.out().as(), event);
    }
  }

  /** Whether it says nothing about the message. */
  private static boolean isPassing(MatrixException e) {
    return e.mayResolve() || e.isUnknownDevice() || e.isTokenRefused();
  }

  private static String sentence(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  private boolean refused(Letter letter, Refusal refusal) {
    LOG.atWarn()
        .addKeyValue(TraceId.FIELD, letter.trace())
        .log(
            "event=send_failed room={} as={} key=\"{}\" {} {} {}",
            letter.out().room(),
            letter.out().as(),
            letter.out().key(),
            refusal.status(),
            refusal.errcode(),
            refusal.error());
    RoomCard card = cards.find(letter.out().room()).orElse(null);
    letters.failed(letter.pk(), refusal, Regret.of(letter, refusal, card), clock.instant());
    box.settled();
    return true;
  }

  private boolean later(Letter letter, String why) {
    if (Thread.currentThread().isInterrupted()) {
      return false;
    }
    if (Duration.between(letter.posted(), clock.instant()).compareTo(GIVE_UP) > 0) {
      return refused(letter, new Refusal(504, "", "it could not be sent for a day: " + why));
    }
    letters.later(letter.pk(), pause(letter.attempts()), why);
    box.settled();
    return false;
  }

  private static Duration pause(int attempts) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(attempts, MOST_DOUBLINGS));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }
}
