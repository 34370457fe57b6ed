package org.ferry.live;

/** How threads are ended by whoever began them. */
public final class Threads {
  private Threads() {}

  /**
   * Interrupts a thread and waits until it has ended. An interrupt of the caller ends the waiting,
   * and stays set.
   */
  public static void end(Thread thread) {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits until a thread has ended, whatever happens: what it holds must be let go before anybody
   * else takes it. An interrupt of the caller is set again afterwards.
   */
  public static void joinFully(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
