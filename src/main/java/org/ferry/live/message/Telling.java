package org.ferry.live.message;

import java.time.Duration;
import java.time.InstantSource;
import org.ferry.live.sync.Duty;

/** Tells what live events mean, while this process leads. */
public final class Telling implements Duty {
  private final Narration narration;
  private final RoomReader reader;
  private final Ours ours;
  private final Networks networks;
  private final InstantSource clock;

  /**
   * A telling.
   *
   * @param narration where it reads and writes
   * @param reader asks homeservers
   * @param ours who we are
   * @param networks which networks there are
   * @param clock now
   */
  public Telling(
      Narration narration, RoomReader reader, Ours ours, Networks networks, InstantSource clock) {
    this.narration = narration;
    this.reader = reader;
    this.ours = ours;
    this.networks = networks;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "narrator";
  }

  @Override
  public void run(Lead lead) throws InterruptedException {
    new Narrator(narration, reader, ours, networks, clock, lead.echoes(), lead.epoch())
        .run(lead.released());
  }

  /** Empties what was told long ago, while this process leads. */
  public static final class Sweeper implements Duty {
    private static final Duration PAUSE = Duration.ofHours(1);

    private final Messages messages;
    private final Duration retention;
    private final InstantSource clock;

    /**
     * A sweeper.
     *
     * @param messages what was told
     * @param retention how long its text is kept
     * @param clock now
     */
    public Sweeper(Messages messages, Duration retention, InstantSource clock) {
      this.messages = messages;
      this.retention = retention;
      this.clock = clock;
    }

    @Override
    public String name() {
      return "retention of messages";
    }

    @Override
    public void run(Lead lead) throws InterruptedException {
      while (true) {
        int unused = messages.forget(clock.instant().minus(retention));
        Thread.sleep(PAUSE);
      }
    }
  }
}
