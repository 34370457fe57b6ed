package org.ferry.migrate.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** How work ends where a person asks to stop. */
class RestTest {
  @Test
  void whatOthersWouldMissIsDoneToItsEndThoughTheThreadIsInterrupted() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    AtomicBoolean told = new AtomicBoolean();
    Thread command =
        Thread.ofPlatform()
            .start(() -> {
              Rest.after(() -> done.set(isOpen(interrupted)), false);
              told.set(Thread.interrupted());
            });
    command.interrupt();
    interrupted.countDown();
    command.join();
    assertThat(done).isTrue();
    assertThat(told).as("the thread still knows that it was interrupted").isTrue();
  }

  private static boolean isOpen(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Test
  void whatItFailsWithIsThrown() {
    assertThatThrownBy(() ->
            Rest.after(
                () -> {
                  throw new IllegalStateException("no");
                },
                true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
    assertThat(Thread.interrupted()).isFalse();
  }
}
