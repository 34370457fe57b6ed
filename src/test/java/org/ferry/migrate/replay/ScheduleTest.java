package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.ferry.id.EventId;
import org.ferry.id.RoomId;
import org.ferry.migrate.replay.RoomReplay.Pause;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScheduleTest {
  private final Set<EventId> carried = ConcurrentHashMap.newKeySet();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  /** A room that carries one event, and before that may need one of another room. */
  private final class Berth implements Schedule.Room {
    private final String name;
    private final @Nullable String needs;
    private boolean waiting = true;
    private final CountDownLatch halted = new CountDownLatch(1);

    Berth(String name, @Nullable String needs) {
      this.name = name;
      this.needs = needs;
    }

    @Override
    public RoomId old() {
      return new RoomId("!" + name);
    }

    @Override
    public void stopWaiting() {
      waiting = false;
    }

    @Override
    public void halt() {
      halted.countDown();
    }

    Pause go() {
      if (needs != null && waiting && !carried.contains(new EventId("$" + needs))) {
        log.add(name + " waits");
        return new Pause.Blocked(new RoomId("!" + needs), new EventId("$" + needs));
      }
      boolean linked = needs == null || carried.contains(new EventId("$" + needs));
      carried.add(new EventId("$" + name));
      log.add(linked ? name : name + " without link");
      return new Pause.Done();
    }
  }

  private Schedule<Berth> schedule(int width, Schedule.Work<Berth> work) {
    return new Schedule<>(width, work, e -> !carried.contains(e));
  }

  private Berth room(String name) {
    return new Berth(name, null);
  }

  private Berth room(String name, String needs) {
    return new Berth(name, needs);
  }

  @Test
  void beginsRoomsInTheirOrder() throws InterruptedException {
    assertThat(schedule(1, Berth::go).run(List.of(room("a"), room("b"), room("c")))).isTrue();
    assertThat(log).containsExactly("a", "b", "c");
  }

  @Test
  void hasNothingToDoWithoutRooms() throws InterruptedException {
    assertThat(schedule(3, Berth::go).run(List.of())).isTrue();
  }

  @Test
  void refusesToWorkOnNoRoomAtATime() {
    assertThatThrownBy(() -> schedule(0, Berth::go)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void worksOnAsManyRoomsAsItMayAndNoMore() throws InterruptedException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    Schedule.Work<Berth> work =
        room -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          three.countDown();
          assertThat(three.await(30, TimeUnit.SECONDS)).as("three at a time").isTrue();
          now.decrementAndGet();
          return room.go();
        };
    List<Berth> rooms = IntStream.range(0, 40).mapToObj(i -> room("r" + i)).toList();
    assertThat(schedule(3, work).run(rooms)).isTrue();
    assertThat(most).hasValue(3);
    assertThat(log).hasSize(40);
  }

  @Test
  void aRoomThatWaitsGoesOnBeforeOthersBegin() throws InterruptedException {
    assertThat(schedule(1, Berth::go).run(List.of(room("a", "b"), room("b"), room("c")))).isTrue();
    assertThat(log).containsExactly("a waits", "b", "a", "c");
  }

  @Test
  void followsChainsToTheirEnd() throws InterruptedException {
    List<Berth> rooms = List.of(room("a", "b"), room("b", "c"), room("c", "d"), room("d"));
    assertThat(schedule(2, Berth::go).run(rooms)).isTrue();
    assertThat(log).contains("a", "b", "c", "d").noneMatch(l -> l.contains("without"));
  }

  @Test
  void breaksACircleInOnePlaceOnly() throws InterruptedException {
    List<Berth> rooms = List.of(room("x", "a"), room("a", "b"), room("b", "c"), room("c", "a"));
    assertThat(schedule(4, Berth::go).run(rooms)).isTrue();
    assertThat(log).filteredOn(l -> l.endsWith("without link")).hasSize(1);
    assertThat(log).contains("x");
  }

  @Test
  void aRoomThatWaitsForItselfOrForNobodyGoesOn() throws InterruptedException {
    assertThat(schedule(2, Berth::go).run(List.of(room("a", "a"), room("b", "nowhere")))).isTrue();
    assertThat(log).contains("a without link", "b without link");
  }

  @Test
  void stopsWithoutBeginningOthers() throws InterruptedException {
    Schedule.Work<Berth> work = room -> room.name.equals("b") ? new Pause.Stopped() : room.go();
    assertThat(schedule(1, work).run(List.of(room("a"), room("b"), room("c")))).isFalse();
    assertThat(log).containsExactly("a");
  }

  @Test
  void stopsWhileOthersWait() throws InterruptedException {
    Schedule.Work<Berth> work = room -> room.name.equals("b") ? new Pause.Stopped() : room.go();
    assertThat(schedule(1, work).run(List.of(room("a", "b"), room("b")))).isFalse();
    assertThat(log).containsExactly("a waits");
  }

  @Test
  void aFailureHaltsTheOthersAndIsThrownOnceTheyRest() {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger rested = new AtomicInteger();
    Schedule.Work<Berth> work =
        room -> {
          if (room.name.equals("bad")) {
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            throw new IllegalStateException("token refused");
          }
          begun.countDown();
          assertThat(room.halted.await(30, TimeUnit.SECONDS)).as("halted").isTrue();
          rested.incrementAndGet();
          return new Pause.Stopped();
        };
    assertThatThrownBy(
            () -> schedule(2, work).run(List.of(room("long"), room("bad"), room("never"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("token refused");
    assertThat(rested).hasValue(1);
  }

  @Test
  void laterFailuresAreToldWithTheFirst() {
    CountDownLatch both = new CountDownLatch(2);
    Schedule.Work<Berth> work =
        room -> {
          both.countDown();
          assertThat(both.await(30, TimeUnit.SECONDS)).isTrue();
          throw new IllegalStateException(room.name);
        };
    assertThatThrownBy(() -> schedule(2, work).run(List.of(room("a"), room("b"))))
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void aLedgerThatCannotSayWhatIsPendingHaltsTheRooms() {
    CountDownLatch waits = new CountDownLatch(1);
    Schedule.Work<Berth> work =
        room -> {
          if (room.name.equals("long")) {
            assertThat(waits.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(room.halted.await(30, TimeUnit.SECONDS)).isTrue();
            return new Pause.Stopped();
          }
          Pause pause = room.go();
          waits.countDown();
          return pause;
        };
    Schedule<Berth> schedule =
        new Schedule<>(
            2,
            work,
            e -> {
              throw new IllegalStateException("database is away");
            });
    assertThatThrownBy(() -> schedule.run(List.of(room("long"), room("a", "b"), room("b"))))
        .hasMessage("database is away");
  }

  @Test
  @SuppressWarnings("Interruption") // what is tested
  void anInterruptedRunHaltsItsRooms() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    Schedule.Work<Berth> work =
        room -> {
          begun.countDown();
          assertThat(room.halted.await(30, TimeUnit.SECONDS)).isTrue();
          log.add("rested");
          return new Pause.Stopped();
        };
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread runner =
        Thread.ofVirtual()
            .start(() -> {
              try {
                boolean unused = schedule(1, work).run(List.of(room("a"), room("b")));
              } catch (InterruptedException e) {
                thrown.set(e);
              }
            });
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    runner.interrupt();
    assertThat(runner.join(Duration.ofSeconds(30))).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(log).containsExactly("rested");
  }

  @Test
  void askingWhatWasCarriedHoldsNobodyUp() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    AtomicReference<Thread> worker = new AtomicReference<>();
    Schedule.Work<Berth> work =
        room -> {
          if (room.name.equals("long")) {
            worker.set(Thread.currentThread());
            assertThat(asked.await(30, TimeUnit.SECONDS)).as("asked").isTrue();
          }
          return room.go();
        };
    Schedule<Berth> schedule =
        new Schedule<>(
            2,
            work,
            e -> {
              asked.countDown();
              try {
                // It comes to rest while the question is open.
                assertThat(worker.get().join(Duration.ofSeconds(30))).as("not held up").isTrue();
              } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
              }
              return !carried.contains(e);
            });
    assertThat(schedule.run(List.of(room("long"), room("a", "b"), room("b")))).isTrue();
    assertThat(carried).hasSize(3);
  }

  @Test
  void carriesTwoThousandRoomsThatAllLinkToOneAnother() throws InterruptedException {
    List<Berth> rooms =
        IntStream.range(0, 2_000)
            .mapToObj(i -> i % 3 == 0 ? room("r" + i) : room("r" + i, "r" + (i * 7 + 1) % 2_000))
            .toList();
    assertThat(schedule(64, Berth::go).run(rooms)).isTrue();
    assertThat(carried).hasSize(2_000);
  }
}
