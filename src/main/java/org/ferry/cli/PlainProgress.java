package org.ferry.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.ferry.app.Speed;

/** Progress as lines, for logs: one at most every few seconds, and one at the end of a phase. */
final class PlainProgress implements Progress {
  private final PrintStream out;
  private final InstantSource clock;
  private final Duration pause;

  private String name = "";
  private String words = "";
  private long total;
  private long done;
  private Instant began = Instant.EPOCH;
  private Instant shown = Instant.EPOCH;
  private final Speed speed = new Speed();
  private BooleanSupplier away = () -> false;

  PlainProgress(PrintStream out, InstantSource clock, Duration pause) {
    this.out = out;
    this.clock = clock;
    this.pause = pause;
  }

  @Override
  public synchronized void phase(String phase, long of) {
    end();
    name = phase;
    total = of;
    done = 0;
    words = "";
    began = clock.instant();
    shown = began;
    speed.start(began);
  }

  @Override
  public synchronized void at(long now) {
    done = now;
    Instant instant = clock.instant();
    speed.at(instant, now);
    if (Duration.between(shown, instant).compareTo(pause) >= 0) {
      shown = instant;
      out.println(line(instant));
    }
  }

  @Override
  public synchronized void waits(BooleanSupplier isAway) {
    away = isAway;
  }

  @Override
  public synchronized void note(String note) {
    words = note;
  }

  @Override
  public synchronized void say(String line) {
    out.println(Shown.lines(line));
  }

  @Override
  public synchronized void end() {
    if (!name.isEmpty()) {
      Duration took = Duration.between(began, clock.instant());
      // What nobody counts, such as the making of indexes, has only a duration.
      String what = done == 0 && total <= 0 ? "" : amount(done) + " ";
      out.println(name + ": " + what + "done in " + time(took) + rate(took));
      name = "";
    }
  }

  private String line(Instant now) {
    double rate = speed.perSecond(now);
    StringBuilder line = new StringBuilder(name).append(": ");
    if (total <= 0) {
      line.append(amount(done));
    } else {
      line.append(Units.of(name).number(done))
          .append(" of ")
          .append(amount(total))
          .append(" (")
          .append(100 * done / total)
          .append(" %)");
    }
    if (done > 0) {
      line.append(", ").append(speed(rate)).append("/s");
    }
    if (away.getAsBoolean()) {
      line.append(", ").append(WAITING);
    } else if (total > done && rate > 0) {
      line.append(", ")
          .append(time(Duration.ofSeconds(Math.round((total - done) / rate))))
          .append(" left");
    }
    return line.append(words.isEmpty() ? "" : "; " + words).toString();
  }

  private String rate(Duration took) {
    double seconds = took.toMillis() / 1000.0;
    return seconds < 0.5 || done == 0
        ? ""
        : String.format(Locale.ROOT, ", %s/s", speed(done / seconds));
  }

  private String amount(long n) {
    return Units.of(name).amount(n);
  }

  private String speed(double perSecond) {
    return Units.of(name).speed(perSecond);
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A duration as people say it: 12 s, 3 min 20 s, 2 h 5 min. */
  static String time(Duration d) {
    long s = d.toSeconds();
    if (s < 60) {
      return s + " s";
    }
    return s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s % 3600 / 60 + " min";
  }
}
