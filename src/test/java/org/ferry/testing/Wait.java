package org.ferry.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition, with a deadline. */
public final class Wait {
  private static final Duration USUAL = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(50);

  private Wait() {}

  /** Waits at most 30 seconds for a condition to hold. */
  public static void until(Callable<Boolean> condition) {
    until(USUAL, "the condition to hold", condition);
  }

  /**
   * Waits for a condition to hold.
   *
   * @param limit how long at most
   * @param what what is waited for, for the message
   * @param condition asked again and again; an exception ends the wait
   */
  public static void until(Duration limit, String what, Callable<Boolean> condition) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (!condition.call()) {
        if (System.nanoTime() > end) {
          throw new AssertionError("waited " + limit.toSeconds() + " s in vain for " + what);
        }
        // Between two looks: this is the one place where tests may sleep.
        Thread.sleep(PAUSE);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("while waiting for " + what, e);
    }
  }
}
