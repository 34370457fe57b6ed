package org.ferry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Everything that was opened is closed, whatever one of it does. */
class ClosingTest {
  private final List<String> closed = new ArrayList<>();

  private Closing of(Runnable middle) {
    Closing closing = new Closing();
    String unused = closing.add("first", closed::add);
    Runnable unusedToo = closing.add(middle, Runnable::run);
    unused = closing.add("last", closed::add);
    return closing;
  }

  @Test
  void whatFailsKeepsNothingElseOpen() {
    Closing closing =
        of(() -> {
          throw new IllegalStateException("odd");
        });
    assertThatThrownBy(closing::close).hasMessage("odd");
    assertThat(closed).containsExactly("last", "first");
  }

  /** Vert.x throws it although no signature says so. */
  @Test
  void whoIsInterruptedAtOneStepGoesOnWithTheOthers() {
    Closing closing =
        of(() -> {
          Thread.currentThread().interrupt();
          Object unused = Promise.promise().future().await();
        });
    closing.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(closed).containsExactly("last", "first");
  }
}
