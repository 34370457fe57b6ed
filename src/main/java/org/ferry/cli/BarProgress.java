package org.ferry.cli;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Progress as a bar for each phase, with rate and time left. */
final class BarProgress implements Progress {
  private static final int REDRAW_MILLIS = 250;

  /** Name, percentage, a short bar, numbers, times and rate. */
  private static final int BESIDE_THE_NOTE = 60;

  private final PrintStream out;
  private final int width;
  private @Nullable ProgressBar bar;

  BarProgress(PrintStream out, int width) {
    this.out = out;
    this.width = width;
  }

  @Override
  public synchronized void phase(String name, long total) {
    end();
    bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total > 0 ? total : -1)
            .setConsumer(new ConsoleProgressBarConsumer(out, width))
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .showSpeed()
            .setSpeedUnit(java.time.temporal.ChronoUnit.SECONDS)
            .setEtaFunction(BarProgress::left)
            .build();
  }

  private static java.util.Optional<Duration> left(me.tongfei.progressbar.ProgressState state) {
    long done = state.getCurrent();
    long max = state.getMax();
    return done <= 0 || max <= done
        ? java.util.Optional.empty()
        : java.util.Optional.of(
            state.getElapsedAfterStart().multipliedBy(max - done).dividedBy(done));
  }

  @Override
  public synchronized void at(long done) {
    if (bar != null) {
      ProgressBar unused = bar.stepTo(done);
    }
  }

  @Override
  public synchronized void note(String words) {
    if (bar != null) {
      ProgressBar unused = bar.setExtraMessage(" " + fitting(words));
    }
  }

  /** The library cuts what does not fit anywhere; here whole clauses go. */
  private String fitting(String words) {
    int room = Math.max(0, width - BESIDE_THE_NOTE);
    String shown = words;
    while (shown.length() > room && shown.contains(", ")) {
      shown = shown.substring(0, shown.lastIndexOf(", "));
    }
    return shown.length() <= room ? shown : "";
  }

  @Override
  public synchronized void say(String line) {
    out.print("\r\033[K");
    out.println(line);
  }

  @Override
  public synchronized void end() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
