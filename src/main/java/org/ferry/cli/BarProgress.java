package org.ferry.cli;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
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
    Speed speed = new Speed();
    speed.start(Instant.now());
    bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total > 0 ? total : -1)
            .setConsumer(new ConsoleProgressBarConsumer(out, width))
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REDRAW_MILLIS)
            .showSpeed(new DecimalFormat("0.0"))
            .setSpeedUnit(java.time.temporal.ChronoUnit.SECONDS)
            .setEtaFunction(state -> left(state, speed))
            .build();
  }

  private static Optional<Duration> left(ProgressState state, Speed speed) {
    long done = state.getCurrent();
    Instant now = Instant.now();
    synchronized (speed) {
      speed.at(now, done);
      double rate = speed.perSecond(now, done);
      return rate <= 0 || state.getMax() <= done
          ? Optional.empty()
          : Optional.of(Duration.ofSeconds(Math.round((state.getMax() - done) / rate)));
    }
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
      if (bar.isIndefinite()) {
        // What nobody counted beforehand is whole now, and does not stay as a question.
        ProgressBar unused = bar.maxHint(Math.max(1, bar.getCurrent())).stepTo(bar.getMax());
      }
      bar.close();
      bar = null;
    }
  }
}
