package org.ferry.cli;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.ferry.app.Speed;
import org.jspecify.annotations.Nullable;

/** Progress as a bar for each phase, with rate and time left. */
final class BarProgress implements Progress {
  private static final int REDRAW_MILLIS = 250;

  /** Name, percentage, a short bar, numbers, times and rate. */
  private static final int BESIDE_THE_NOTE = 60;

  private final PrintStream out;
  private final int width;
  private volatile @Nullable ProgressBar bar;
  private volatile BooleanSupplier away = () -> false;
  private volatile String words = "";

  BarProgress(PrintStream out, int width) {
    this.out = out;
    this.width = width;
  }

  @Override
  public synchronized void phase(String name, long total) {
    end();
    words = "";
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

  @Override
  public void waits(BooleanSupplier isAway) {
    away = isAway;
  }

  /** Called by the thread that draws, and without a lock: to end the bar waits for it. */
  private Optional<Duration> left(ProgressState state, Speed speed) {
    boolean waiting = away.getAsBoolean();
    show(waiting ? WAITING : words);
    long done = state.getCurrent();
    Instant now = Instant.now();
    synchronized (speed) {
      speed.at(now, done);
      double rate = speed.perSecond(now);
      return waiting || speed.isStalled(now) || rate <= 0 || state.getMax() <= done
          ? Optional.empty()
          : Optional.of(Duration.ofSeconds(Math.round((state.getMax() - done) / rate)));
    }
  }

  @Override
  public synchronized void at(long done) {
    ProgressBar shown = bar;
    if (shown != null) {
      ProgressBar unused = shown.stepTo(done);
    }
  }

  @Override
  public synchronized void note(String note) {
    words = note;
    show(note);
  }

  private void show(String note) {
    ProgressBar shown = bar;
    if (shown != null) {
      ProgressBar unused = shown.setExtraMessage(note.isEmpty() ? "" : " " + fitting(note));
    }
  }

  /** The library cuts what does not fit anywhere; here whole clauses go. */
  private String fitting(String note) {
    int room = Math.max(0, width - BESIDE_THE_NOTE);
    String shown = note;
    while (shown.length() > room && shown.contains(", ")) {
      shown = shown.substring(0, shown.lastIndexOf(", "));
    }
    return shown.length() <= room ? shown : "";
  }

  @Override
  public synchronized void say(String line) {
    out.print("\r\033[K");
    out.println(Shown.lines(line));
  }

  @Override
  public synchronized void end() {
    ProgressBar shown = bar;
    if (shown != null) {
      if (shown.isIndefinite()) {
        // What nobody counted beforehand is whole now, and does not stay as a question.
        ProgressBar unused = shown.maxHint(Math.max(1, shown.getCurrent())).stepTo(shown.getMax());
      }
      shown.close();
      bar = null;
    }
  }
}
