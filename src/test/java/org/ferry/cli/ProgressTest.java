package org.ferry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, UTF_8);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);

  private void pass(int seconds) {
    now.updateAndGet(t -> t.plusSeconds(seconds));
  }

  @Test
  void writesALineEveryFewSecondsAndOneAtTheEnd() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("events", 1000);
    pass(1);
    progress.at(10);
    pass(9);
    progress.note("the server asks to wait");
    progress.at(250);
    pass(1);
    progress.at(260);
    pass(29);
    progress.at(1000);
    progress.end();
    progress.end();
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly(
            "events: 250 of 1,000 events (25 %), 25.0 events/s, 30 s left; the server asks to wait",
            "events: 1,000 of 1,000 events (100 %), 25.0 events/s; the server asks to wait",
            "events: 1,000 events done in 40 s, 25.0 events/s");
  }

  @Test
  void saysHowFastItGoesNowAndNotSinceItBegan() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("events", 1000);
    for (int i = 1; i <= 10; i++) {
      pass(60);
      progress.at(i);
    }
    for (int i = 1; i <= 70; i++) {
      pass(1);
      progress.at(10 + 10L * i);
    }
    assertThat(bytes.toString(UTF_8).lines().toList().getLast())
        .isEqualTo("events: 710 of 1,000 events (71 %), 10.0 events/s, 29 s left");
  }

  /** The homeserver was away for ten minutes: neither rate nor time left speak of that. */
  @Test
  void anOutageIsNoSlowness() {
    AtomicBoolean away = new AtomicBoolean();
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.waits(away::get);
    progress.phase("events", 1000);
    work(progress, 0, 30);
    away.set(true);
    pass(590);
    progress.at(301);
    away.set(false);
    work(progress, 301, 10);
    progress.end();
    assertThat(bytes.toString(UTF_8).lines().toList())
        .contains(
            "events: 301 of 1,000 events (30 %), 10.0 events/s, waiting for the homeserver",
            "events: 351 of 1,000 events (35 %), 10.0 events/s, 1 min 5 s left")
        .last()
        .isEqualTo("events: 401 events done in 10 min 30 s, 0.6 events/s");
  }

  /** One long gap is an outage; many of them are how fast it goes. */
  @Test
  void largeFilesAreNoOutage() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("events", 1000);
    work(progress, 0, 30);
    for (int i = 1; i <= 12; i++) {
      pass(20);
      progress.at(300 + i);
    }
    assertThat(bytes.toString(UTF_8).lines().toList().getLast())
        .startsWith("events: 312 of 1,000 events (31 %), 0.1 events/s");
  }

  /** A run that goes on has much to look for before the first event. */
  @Test
  void whatThereWasToPrepareDoesNotSpoilTheRateForLong() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("history", 1000);
    pass(45);
    work(progress, 0, 12);
    assertThat(bytes.toString(UTF_8).lines().toList().getLast())
        .isEqualTo("history: 110 of 1,000 events (11 %), 10.0 events/s, 1 min 29 s left");
  }

  /** Ten events each second. */
  private void work(Progress progress, int from, int seconds) {
    for (int i = 1; i <= seconds; i++) {
      pass(1);
      progress.at(from + 10L * i);
    }
  }

  @Test
  void knowsNoEndWhereNobodyDoes() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("reading", -1);
    pass(3700);
    progress.at(37_000_000);
    progress.phase("indexes", 0);
    pass(7);
    progress.end();
    assertThat(bytes.toString(UTF_8).lines())
        .as("every number has a unit, and what nobody counts has none")
        .containsExactly(
            "reading: 37.0 MB, 0.0 MB/s",
            "reading: 37.0 MB done in 1 h 1 min, 0.0 MB/s",
            "indexes: done in 7 s");
  }

  @Test
  void aDumpThatIsCountedAgainIsMeasuredInBytesAsWhenItWasRead() {
    Progress progress = new PlainProgress(out, now::get, Duration.ofSeconds(5));
    progress.phase("counting again", 37_000_000);
    pass(10);
    progress.at(37_000_000);
    progress.end();
    assertThat(bytes.toString(UTF_8)).endsWith("counting again: 37.0 MB done in 10 s, 3.7 MB/s\n");
  }

  @Test
  void theBarsNoteStandsApartAndIsNeverCutInAWord() {
    Progress progress = new BarProgress(out, 80);
    progress.phase("history", 1_000_000);
    progress.note("64 rooms at a time, held back by the homeserver's latency");
    progress.at(400_000);
    progress.end();
    assertThat(bytes.toString(UTF_8)).contains(" 64 rooms at a time").doesNotContain("held");
  }

  @Test
  void drawsABarOnATerminal() {
    Progress progress = new BarProgress(out, 80);
    progress.phase("events", 4);
    progress.at(4);
    progress.end();
    assertThat(bytes.toString(UTF_8)).contains("events", "100%", "4/4");
  }

  @Test
  void whatIsSaidBesideItMovesNoCursor() {
    new PlainProgress(out, now::get, Duration.ofSeconds(5)).say("room \u001b[2J\u009b\u202e");
    new BarProgress(out, 80).say("room \u009b2J");
    assertThat(bytes.toString(UTF_8))
        .isEqualTo("room \ufffd[2J\ufffd\ufffd\n\r\033[Kroom \ufffd2J\n");
  }

  @Test
  void oneIsOne() {
    assertThat(Units.count(1, "session was", "sessions were")).isEqualTo("1 session was");
    assertThat(Units.count(0, "session was", "sessions were")).isEqualTo("0 sessions were");
    assertThat(Units.count(2_345, "attempt", "attempts")).isEqualTo("2,345 attempts");
  }

  @Test
  void quietShowsWhatWentWrongAndNothingElse() {
    Progress progress = new Progress.Quiet(out);
    progress.phase("events", 1000);
    progress.at(500);
    progress.note("the server asks to wait");
    progress.say("half of it is done");
    progress.warn("the homeserver does not answer\u001b; waiting");
    progress.end();
    assertThat(bytes.toString(UTF_8).lines())
        .containsExactly("the homeserver does not answer\uFFFD; waiting");
  }
}
