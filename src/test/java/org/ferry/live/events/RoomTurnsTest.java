package org.ferry.live.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.ferry.testing.Wait;
import org.junit.jupiter.api.Test;

class RoomTurnsTest {
  private final RoomTurns turns = new RoomTurns();
  private final List<String> done = new CopyOnWriteArrayList<>();
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);

  @Test
  void whatComesInWaitsForTheCompletionOfItsRoomAndNoOther() throws Exception {
    Thread completion = Thread.ofVirtual().start(() -> note(turns.alone("!a", this::complete)));
    inside.await();
    Thread news = Thread.ofVirtual().start(() -> note(turns.after(rooms("!a"), () -> 2)));
    Wait.until(() -> news.getState() == Thread.State.TIMED_WAITING);
    note(turns.after(rooms("!b"), () -> 3));
    answer.countDown();
    completion.join();
    news.join();
    assertThat(done.getFirst()).isEqualTo("3");
    assertThat(done).containsExactlyInAnyOrder("3", "completed", "1", "2");
    assertThat(done.indexOf("completed")).isLessThan(done.indexOf("2"));
  }

  private int complete() {
    inside.countDown();
    try {
      answer.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    boolean unused = done.add("completed");
    return 1;
  }

  private void note(int result) {
    boolean unused = done.add(String.valueOf(result));
  }

  private static SortedSet<String> rooms(String room) {
    return new TreeSet<>(List.of(room));
  }
}
