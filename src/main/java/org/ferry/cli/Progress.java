package org.ferry.cli;

import java.io.PrintStream;
import java.util.function.BooleanSupplier;

/**
 * Shows how far long work is: a bar for each phase on a terminal, elsewhere a line every few
 * seconds, warnings alone with {@code --quiet}. Always on standard error. Safe for use by many
 * threads.
 */
interface Progress {
  /** Shown instead of the time left. */
  String WAITING = "waiting for the homeserver";

  /**
   * Whom to ask whether the work waits for the homeserver: then nobody knows the time left.
   *
   * @param isAway asked from any thread
   */
  default void waits(BooleanSupplier isAway) {}

  /**
   * Begins a phase and ends the one before.
   *
   * @param name what is done, such as {@code events}
   * @param total how many there are; 0 or less where nobody knows
   */
  void phase(String name, long total);

  /** How many of the phase are done by now. */
  void at(long done);

  /** A few words beside the bar, such as what holds the work back; shown until the next. */
  void note(String words);

  /** A line for people that stays, without spoiling the bar. */
  void say(String line);

  /** As {@link #say}, of what went wrong or is waited for: it is shown with {@code --quiet} too. */
  default void warn(String line) {
    say(line);
  }

  /** Ends the phase under way. */
  void end();

  /** Shows warnings alone. */
  final class Quiet implements Progress {
    private final PrintStream out;

    Quiet(PrintStream out) {
      this.out = out;
    }

    @Override
    public void phase(String name, long total) {}

    @Override
    public void at(long done) {}

    @Override
    public void note(String words) {}

    @Override
    public void say(String line) {}

    @Override
    public void warn(String line) {
      out.println(Shown.lines(line));
    }

    @Override
    public void end() {}
  }
}
